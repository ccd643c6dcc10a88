using System.Globalization;
using System.Text;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Training.Tests.Datasets;

public sealed class WholeFileWarningTests
{
    [Fact]
    public void AsManyLabelsAsRows_LookLikeTexts() =>
        Assert.Contains(DatasetIssueCodes.LabelsLookLikeTexts, Codes(i => $"text {i},words {i}"));

    [Fact]
    public void FewTextsAndManyLabels_LookSwapped()
    {
        IReadOnlyList<DatasetIssue> issues = Warnings(i => $"{(i % 2 == 0 ? "spam" : "ham")},a whole text number {i}");

        DatasetIssue swapped = Assert.Single(issues, issue => issue.Code == DatasetIssueCodes.ColumnsSwapped);
        Assert.Contains("text_column=label and label_column=text", swapped.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(issues, issue => issue.Code == DatasetIssueCodes.LabelsLookLikeTexts);
    }

    [Theory]
    [InlineData(39, false)]
    [InlineData(40, true)]
    public void TwentyTimesAsManyExamples_AreAnImbalance(int often, bool warned)
    {
        string csv = "text,label\n" + string.Concat(Enumerable.Range(0, often + 2).Select(i => string.Create(CultureInfo.InvariantCulture, $"t{i},{(i < often ? "often" : "seldom")}\n")));

        Assert.Equal(warned, Validate(csv, out _).Any(issue => issue.Code == DatasetIssueCodes.ClassImbalance));
    }

    [Fact]
    public void EmptyLabelField_WhereRowsMayHaveSeveral_MeansNone()
    {
        IReadOnlyList<DatasetIssue> issues = Validate("text,labels\na,x|y\nb,\nc,x|y\n", out ValidationReport report);

        Assert.Equal((3, 3, 1, 2, 0), (report.Rows, report.ValidRows, report.RowsWithoutLabels, report.RowsWithSeveralLabels, report.ErrorCount));
        Assert.Equal(DatasetIssueCodes.RowsWithoutLabels, Assert.Single(issues).Code);
        Assert.Empty(DatasetUsability.ForTraining(report));
    }

    [Theory]
    [InlineData("{\"text\":\"a\",\"labels\":[\"x\",\"y\"]}\n{\"text\":\"b\",\"labels\":[]}\n", 0, 1)]
    [InlineData("{\"text\":\"b\",\"tags\":[]}\n{\"text\":\"a\",\"tags\":[\"x\",\"y\"]}\n", 0, 1)]
    [InlineData("{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":[]}\n{\"text\":\"c\",\"label\":\"y\"}\n", 1, 0)]
    [InlineData("{\"text\":\"a\",\"labels\":[\"x\",\"y\"]}\n{\"text\":\"b\",\"labels\":null}\n{\"text\":\"c\"}\n", 2, 0)]
    [InlineData("{\"text\":\"a\",\"labels\":[\"x\",\"y\"]}\n{\"text\":\"b\",\"labels\":[null]}\n{\"text\":\"c\",\"labels\":[\" \"]}\n", 2, 0)]
    public void EmptyList_MeansNoneWhereListsAreUsual_AndNothingElseDoes(string jsonl, int errors, int without)
    {
        Validate(jsonl, out ValidationReport report);

        Assert.Equal((errors, without), (report.ErrorCount, report.RowsWithoutLabels));
    }

    [Fact]
    public void Truncation_IsTheShareOfLongTexts()
    {
        // 100 words of five letters and a space are some 130 word pieces; 100 ideographs are 100.
        string words = string.Concat(Enumerable.Repeat("words ", 100));
        Validate($"text,label\nshort,a\n{words},b\n{new string('字', 100)},a\nshort one,b\n", out ValidationReport report);

        Assert.Equal([(32, 0.5), (64, 0.5), (128, 0.25), (256, 0), (512, 0), (1024, 0)], report.Truncation.Select(share => (share.MaxTokens, share.Share)));
    }

    [Theory]
    [InlineData("\u200B\u200E")]
    [InlineData("\uFEFF \u00AD")]
    [InlineData("\u3000")]
    public void InvisibleText_IsEmpty(string text) =>
        Assert.Contains(DatasetIssueCodes.TextEmpty, Validate($"text,label\n{text},a\n", out _).Select(issue => issue.Code));

    [Theory]
    [InlineData("636166E9206E61EF7665", "Windows-1252")] // café naïve
    [InlineData("F0F3F1F1EAE8E920F2E5EAF1F2", "Windows-1251")] // русский текст
    [InlineData("D5E2CAC7D2BBBEE4BBB0", "GBK")] // 这是一句话
    public void OtherEncoding_IsNamed(string row, string expected)
    {
        byte[] bytes = [.. "text,label\n"u8, .. Enumerable.Repeat<byte[]>([.. Convert.FromHexString(row), .. ",a\n"u8], 10).SelectMany(b => b)];
        using var file = new TemporaryFile(bytes);

        var refusal = Assert.Throws<UnreadableDatasetException>(() => DatasetReader.Open(file.Path));

        Assert.Equal(UnreadableDatasetException.NotUtf8, refusal.Code);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16", "UTF-16 (little-endian)")]
    [InlineData("utf-16BE", "UTF-16 (big-endian)")]
    [InlineData("utf-32", "UTF-32 (little-endian)")]
    [InlineData("utf-32BE", "UTF-32 (big-endian)")]
    public void WideEncoding_IsNamed_WithAndWithoutItsMark(string name, string expected)
    {
        Encoding encoding = Encoding.GetEncoding(name);
        foreach (byte[] mark in (byte[][])[encoding.GetPreamble(), []])
        {
            using var file = new TemporaryFile([.. mark, .. encoding.GetBytes("text,label\nhello there,a\n")]);

            Assert.Contains(expected, Assert.Throws<UnreadableDatasetException>(() => DatasetReader.Open(file.Path)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("text,label\none,a\ntwo;b\n", "separated by semicolons and the file by commas")]
    [InlineData("text\tlabel\none\ta\ntwo,b\n", "separated by commas and the file by tabs")]
    [InlineData("text,label\none,a\ntwo,b,\n", "remove the separators at its end")]
    [InlineData("text,label\none,a\ntwo,too,b\n", "put texts that contain the separator in quotes")]
    public void WrongColumnCount_SaysWhatProbablyHappened(string csv, string expected) =>
        Assert.Contains(expected, Validate(csv, out _)[0].Message, StringComparison.Ordinal);

    [Fact]
    public void BarsSeparateFields_WhenNothingElseDoes() =>
        Assert.Equal(["x", "y"], DatasetReaderTests.Read("text|label\none|x\ntwo|y\n", out _).Select(row => row.Text!.Labels[0]));

    [Fact]
    public void JsonOverManyLines_IsRefusedWithTheRemedy()
    {
        using var file = new TemporaryFile("{\n \"text\": \"a\",\n \"label\": \"b\"\n}\n");

        Assert.Equal(UnreadableDatasetException.JsonLines, Assert.Throws<UnreadableDatasetException>(() => DatasetReader.Open(file.Path)).Code);
    }

    private static IEnumerable<string> Codes(Func<int, string> row) => Warnings(row).Select(issue => issue.Code);

    private static IReadOnlyList<DatasetIssue> Warnings(Func<int, string> row) =>
        Validate("text,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => row(i) + "\n")), out _);

    private static IReadOnlyList<DatasetIssue> Validate(string content, out ValidationReport report)
    {
        using var file = new TemporaryFile(content);
        var sink = new IssueList();
        report = DatasetValidator.Validate(file.Path, null, sink, cancellationToken: TestContext.Current.CancellationToken);
        return sink.Issues;
    }
}
