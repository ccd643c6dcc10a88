using System.Text;
using FeedbackService.Model.Configuration;

namespace FeedbackService.Testing.Hostile;

/// <summary><c>vocab.txt</c> with lines that should not be, without <c>tokenizer.json</c>.</summary>
internal sealed class HostileVocabulary : IHostileSource
{
    private IReadOnlyDictionary<string, byte[]>? _files;

    public string Name => "vocab.txt";

    public HostileInput Make(long number, Random random)
    {
        _files ??= SmallTokenizer.Files(HuggingFaceFamily.Bert);
        var lines = Encoding.UTF8.GetString(_files["vocab.txt"]).Split('\n').ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            lines.Insert(random.Next(lines.Count), random.Next(8) switch
            {
                0 => "",
                1 => lines[random.Next(lines.Count)],
                2 => new string('x', random.Next(1, 5000)),
                3 => "##",
                4 => "\r",
                5 => " \t",
                6 => "\uFEFF\0",
                _ => "a\u2028b",
            });
            if (random.Next(3) == 0)
            {
                lines.RemoveAt(random.Next(lines.Count));
            }
        }

        var bytes = Encoding.UTF8.GetBytes(string.Join(random.Next(4) == 0 ? "\r\n" : "\n", lines));
        var files = new Dictionary<string, byte[]>(_files) { ["vocab.txt"] = random.Next(3) == 0 ? JsonMutation.Bytes(bytes, random) : bytes };
        files.Remove("tokenizer.json");
        return new HostileInput(files, folder => SmallTokenizer.Read(folder, HuggingFaceFamily.Bert));
    }
}
