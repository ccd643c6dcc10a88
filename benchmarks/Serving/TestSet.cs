using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Datasets;

namespace FeedbackService.ServingBenchmark;

/// <summary>Labelled texts in the order of their file.</summary>
/// <param name="Inputs">The texts.</param>
/// <param name="Labels">What they are.</param>
internal sealed record TestSet(IReadOnlyList<TextInput> Inputs, IReadOnlyList<string> Labels)
{
    /// <summary>Reads a file, or its beginning.</summary>
    public static TestSet Read(string path, int most = int.MaxValue)
    {
        using var reader = DatasetReader.Open(path);
        var rows = reader.ReadTexts().Take(most).ToList();
        return new TestSet([.. rows.Select(row => row.Input)], [.. rows.Select(row => row.Labels[0])]);
    }

    /// <summary>The test part of the set that is measured on, or its beginning.</summary>
    public static TestSet TestPart(Settings settings) => Read(FileOf(settings), settings.Texts);

    /// <summary>All of the test part, however many texts are asked for.</summary>
    public static TestSet Whole(Settings settings) => Read(FileOf(settings));

    /// <summary>Share of right answers.</summary>
    public double Accuracy(IReadOnlyList<string> answers) => (double)answers.Zip(Labels).Count(pair => pair.First == pair.Second) / answers.Count;

    private static string FileOf(Settings settings) => Path.Combine(settings.SetFolder, "test.csv");
}
