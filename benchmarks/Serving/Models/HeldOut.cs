namespace FeedbackService.ServingBenchmark.Models;

/// <summary>The training part of a set, cut in two: nine tenths to learn from, every tenth text to choose by. The test part chooses nothing.</summary>
internal static class HeldOut
{
    private const int Every = 10;

    /// <summary>Cuts it, unless that was done before.</summary>
    /// <returns>The two files.</returns>
    public static (string Training, string Validation) Files(string set, string folder)
    {
        Directory.CreateDirectory(folder);
        var (training, validation) = (Path.Combine(folder, "training.csv"), Path.Combine(folder, "validation.csv"));
        if (!File.Exists(validation))
        {
            var all = TestSet.Read(Path.Combine(set, "train.csv"));
            var rows = all.Inputs.Zip(all.Labels, (input, label) => $"{Quoted(input.Text)},{Quoted(label)}").ToList();
            Write(training, rows.Where((_, row) => row % Every != 0));
            Write(validation, rows.Where((_, row) => row % Every == 0));
        }

        return (training, validation);
    }

    private static void Write(string path, IEnumerable<string> rows) => File.WriteAllText(path, string.Join('\n', rows.Prepend("text,label")) + "\n");

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
