using System.Text.Json;

namespace FeedbackService.Accuracy;

/// <summary>Texts per second by study and arm.</summary>
internal sealed class SpeedFile(string path)
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    /// <summary>All of them.</summary>
    public SortedDictionary<string, IReadOnlyDictionary<string, double>> Read() => File.Exists(path)
        ? JsonSerializer.Deserialize<SortedDictionary<string, IReadOnlyDictionary<string, double>>>(File.ReadAllText(path))!
        : new(StringComparer.Ordinal);

    /// <summary>Sets those of one study.</summary>
    public void Set(string study, IReadOnlyDictionary<string, double> perSecond)
    {
        var all = Read();
        all[study] = perSecond;
        File.WriteAllText(path, JsonSerializer.Serialize(all, Options) + "\n");
    }
}
