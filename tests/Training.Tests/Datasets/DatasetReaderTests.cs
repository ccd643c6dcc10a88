using System.Text;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Training.Tests.Datasets;

public sealed class DatasetReaderTests
{
    [Fact]
    public void Csv_WithQuotesLineBreaksAndCrlf_GivesTextsAndTheirLines()
    {
        DatasetRow[] rows = Read("text,label\r\n\"two\r\nlines, a comma and \"\"quotes\"\"\",a\r\n\r\nplain, b \r\n\"\"\"q\"\"\",c", out DatasetReader reader);

        Assert.Equal(DatasetKind.Csv, reader.Kind);
        Assert.True(reader.HasLabels);
        Assert.All(rows, row => Assert.Empty(row.Issues));
        Assert.Equal(["two\r\nlines, a comma and \"quotes\"", "plain", "\"q\""], rows.Select(row => row.Text!.Input.Text));
        Assert.Equal(["a", "b", "c"], rows.Select(row => Assert.Single(row.Text!.Labels)));
        Assert.Equal([2, 5, 6], rows.Select(row => row.Line));
    }

    [Fact]
    public void Csv_WithByteOrderMark_FindsTheFirstColumn()
    {
        using var file = new TemporaryFile([0xEF, 0xBB, 0xBF, .. "text,label\n好,a\n"u8]);
        using DatasetReader reader = DatasetReader.Open(file.Path);

        Assert.Equal("text", reader.Mapping.TextColumn);
        Assert.Equal("好", Assert.Single(reader.ReadTexts(cancellationToken: TestContext.Current.CancellationToken)).Input.Text);
    }

    [Fact]
    public void Csv_WithOldMacLineBreaks_IsRead()
    {
        DatasetRow[] rows = Read("text,label\rone,a\rtwo,b\r", out _);

        Assert.Equal(["one", "two"], rows.Select(row => row.Text?.Input.Text));
        Assert.Equal([2, 3], rows.Select(row => row.Line));
    }

    [Theory]
    [InlineData("text\tlabel\na, b\tx\n", DatasetKind.Tsv)]
    [InlineData("text;label\na, b;x\n", DatasetKind.Csv)]
    [InlineData("{\"text\":\"a, b\",\"label\":\"x\"}\n", DatasetKind.Jsonl)]
    public void Kind_IsDecidedByContent(string content, DatasetKind kind)
    {
        DatasetRow[] rows = Read(content, out DatasetReader reader);

        Assert.Equal(kind, reader.Kind);
        LabeledText text = Assert.Single(rows).Text!;
        Assert.Equal("a, b", text.Input.Text);
        Assert.Equal(["x"], text.Labels);
    }

    [Fact]
    public void Rows_AcrossBufferBorders_AreWhole()
    {
        // Rows of all lengths around the 64 KiB the reader begins with, every third quoted with a line break inside.
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => new string((char)('a' + (i % 26)), 2_000 * (i % 40) + 1) + (i % 3 == 0 ? "\n\"!" : "é"))];
        var csv = new StringBuilder("text,label\n");
        foreach (string text in texts)
        {
            csv.Append(text.Contains('\n') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text).Append(",x\r\n");
        }

        DatasetRow[] rows = Read(csv.ToString(), out _);

        Assert.Equal(texts, rows.Select(row => row.Text!.Input.Text));
        Assert.Equal(1 + texts.Sum(text => text.Contains('\n') ? 2 : 1), rows[^1].Line + (texts[^1].Contains('\n') ? 1 : 0));
    }

    [Fact]
    public void Jsonl_ReadsStringsListsNumbersAndPairs()
    {
        DatasetRow[] rows = Read(
            """
            {"id":{"a":[1]},"text":"one","text_pair":"two","label":["x"," y ","x"]}

            {"label":3,"text":"three"}
            {"text":"four","label":true,"text_pair":null}
            """,
            out DatasetReader reader);

        Assert.Equal([new TextInput("one", "two"), new TextInput("three"), new TextInput("four")], rows.Select(row => row.Text!.Input));
        Assert.Equal(["x", "y"], rows[0].Text!.Labels);
        Assert.Equal(["3"], rows[1].Text!.Labels);
        Assert.Equal(["true"], rows[2].Text!.Labels);
        Assert.Equal([1, 3, 4], rows.Select(row => row.Line));
        Assert.True(reader.IsMultiLabel);
    }

    [Theory]
    [InlineData("text,labels\nt,a|b | c\n", null, new[] { "a", "b", "c" }, true)]
    [InlineData("text,label\nt,a|b\n", null, new[] { "a|b" }, false)]
    [InlineData("text,label\nt,a|b\n", true, new[] { "a", "b" }, true)]
    [InlineData("text,labels\nt,a|b\n", false, new[] { "a|b" }, false)]
    [InlineData("{\"text\":\"t\",\"labels\":\"a|b\"}\n", null, new[] { "a|b" }, true)]
    public void SeveralLabels_ComeFromBarsInALabelsColumn(string content, bool? multiLabel, string[] expected, bool isMultiLabel)
    {
        DatasetRow[] rows = Read(content, out DatasetReader reader, new ColumnRequest { MultiLabel = multiLabel });

        Assert.Equal(expected, Assert.Single(rows).Text!.Labels);
        Assert.Equal(isMultiLabel, reader.IsMultiLabel);
    }

    [Fact]
    public void WithoutLabelColumn_TextsAreUsable()
    {
        DatasetRow[] rows = Read("id,text\n1,hello\n", out DatasetReader reader);

        Assert.False(reader.HasLabels);
        Assert.Empty(Assert.Single(rows).Text!.Labels);
    }

    [Fact]
    public void IgnoredLabels_MayBeMissing()
    {
        DatasetRow[] rows = Read("text,label\nhello,\n", out DatasetReader reader, new ColumnRequest { IgnoreLabels = true });

        Assert.False(reader.HasLabels);
        Assert.Equal("hello", Assert.Single(rows).Text!.Input.Text);
    }

    [Fact]
    public void EveryPass_BeginsAtTheTop()
    {
        using var file = new TemporaryFile("text,label\na,x\nb,y\n");
        using DatasetReader reader = DatasetReader.Open(file.Path);

        Assert.Equal("a", reader.ReadTexts(cancellationToken: TestContext.Current.CancellationToken).First().Input.Text);
        Assert.Equal(["a", "b"], reader.ReadTexts(cancellationToken: TestContext.Current.CancellationToken).Select(text => text.Input.Text));
        Assert.Equal(["a", "b"], reader.ReadTexts(cancellationToken: TestContext.Current.CancellationToken).Select(text => text.Input.Text));
    }

    internal static DatasetRow[] Read(string content, out DatasetReader reader, ColumnRequest? request = null, DatasetLimits? limits = null) =>
        Read(Encoding.UTF8.GetBytes(content), out reader, request, limits);

    internal static DatasetRow[] Read(byte[] content, out DatasetReader reader, ColumnRequest? request = null, DatasetLimits? limits = null)
    {
        using var file = new TemporaryFile(content);
        reader = DatasetReader.Open(file.Path, request, limits);
        using (reader)
        {
            return [.. reader.ReadRows(TestContext.Current.CancellationToken)];
        }
    }
}
