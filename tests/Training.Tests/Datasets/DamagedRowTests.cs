using System.Text;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Training.Tests.Datasets;

/// <summary>Every kind of damage costs its own row, is reported on its own line, and leaves the rows around it alone.</summary>
public sealed class DamagedRowTests
{
    private const string Good = "good,a\n";

    [Theory]
    [InlineData("no label\n", DatasetIssueCodes.ColumnCount, 3, null)]
    [InlineData("one,two,three\n", DatasetIssueCodes.ColumnCount, 3, null)]
    [InlineData("nul\0here,a\n", DatasetIssueCodes.NulCharacter, 3, "text")]
    [InlineData(",a\n", DatasetIssueCodes.TextEmpty, 3, "text")]
    [InlineData(" \t ,a\n", DatasetIssueCodes.TextEmpty, 3, "text")]
    [InlineData("text, \n", DatasetIssueCodes.LabelMissing, 3, "label")]
    [InlineData("\"said \"hi\" twice\",a\n", DatasetIssueCodes.MalformedQuote, 3, "text")]
    [InlineData("\"never closed,a\n", DatasetIssueCodes.MalformedQuote, 3, "text")]
    [InlineData("\",a\n", DatasetIssueCodes.MalformedQuote, 3, "text")]
    [InlineData("\"two\nlines\",\"open\n", DatasetIssueCodes.MalformedQuote, 4, "label")]
    [InlineData("\"two\nlines\"\n", DatasetIssueCodes.ColumnCount, 3, null)]
    public void DamagedCsvRow_IsReportedAndSkipped(string damaged, string code, long line, string? column)
    {
        // The quoted row below closes what an open quote left, which is where the damage shows.
        DatasetRow[] rows = DatasetReaderTests.Read($"text,label\n{Good}{damaged}{Good}\"quoted\",a\n", out _);

        AssertOneError(rows, code, line, column);
        Assert.Equal(["good", "good", "quoted"], rows.Where(row => row.Text is not null).Select(row => row.Text!.Input.Text));
        Assert.Equal(2 + damaged.Count(c => c == '\n') + 2, rows[^1].Line);
    }

    [Theory]
    [InlineData("\"never closed,a\n")]
    [InlineData("\"")]
    [InlineData("\"\"\"")]
    [InlineData("x,\"")]
    public void QuoteOpenUntilTheEnd_CostsItsLineOnly(string damaged)
    {
        DatasetRow[] rows = DatasetReaderTests.Read($"text,label\n{Good}{damaged}\n{Good}{Good}", out _);

        AssertOneError(rows, DatasetIssueCodes.UnterminatedQuote, 3, damaged.StartsWith('x') ? "label" : "text");
        Assert.Equal(3, rows.Count(row => row.Text is not null));
    }

    [Fact]
    public void OpenQuoteOnTheLastLine_IsReported()
    {
        DatasetRow[] rows = DatasetReaderTests.Read($"text,label\n{Good}\"x", out _);

        AssertOneError(rows, DatasetIssueCodes.UnterminatedQuote, 3, "text");
    }

    [Fact]
    public void StrayQuote_IsAWarningAndText()
    {
        DatasetRow[] rows = DatasetReaderTests.Read("text,label\na 5\" screen,x\n", out _);

        DatasetIssue issue = Assert.Single(Assert.Single(rows).Issues);
        Assert.Equal((IssueSeverity.Warning, DatasetIssueCodes.StrayQuote, 2L, "text"), (issue.Severity, issue.Code, issue.Line!.Value, issue.Column));
        Assert.Equal("a 5\" screen", rows[0].Text!.Input.Text);
    }

    [Theory]
    [InlineData("\"first\nsec")]
    [InlineData("first")]
    public void InvalidUtf8_IsReportedOnItsOwnLine(string before)
    {
        string after = before.StartsWith('"') ? "\"" : "";
        byte[] content = [.. Encoding.UTF8.GetBytes($"text,label\n{Good}{before}"), 0xE9, .. Encoding.UTF8.GetBytes($"{after},a\n{Good}")];
        DatasetRow[] rows = DatasetReaderTests.Read(content, out _);

        AssertOneError(rows, DatasetIssueCodes.InvalidUtf8, before.StartsWith('"') ? 4 : 3, "text");
        Assert.Equal(2, rows.Count(row => row.Text is not null));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void OneMegabyteInAField_IsAnIssue(bool quoted, bool json)
    {
        string big = new('x', 1_000_000);
        string row = json ? $"{{\"text\":\"{big}\",\"label\":\"a\"}}" : quoted ? $"\"{big}\",a" : $"{big},a";
        string good = json ? "{\"text\":\"good\",\"label\":\"a\"}\n" : Good;
        DatasetRow[] rows = DatasetReaderTests.Read($"{(json ? "" : "text,label")}\n{good}{row}\n{good}", out _);

        AssertOneError(rows, DatasetIssueCodes.FieldTooLong, 3, "text");
        Assert.Equal(2, rows.Count(r => r.Text is not null));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("\"", "\"")]
    [InlineData("{\"text\":\"", "\"}")]
    public void RowBeyondTheBuffer_IsSkippedToItsEnd(string open, string close)
    {
        var limits = new DatasetLimits { MaxFieldBytes = 1_000, MaxRecordBytes = 4_000 };
        bool json = open.StartsWith('{');
        string good = json ? "{\"text\":\"good\",\"label\":\"a\"}\n" : Good;
        string content = $"{(json ? "" : "text,label")}\n{good}{open}{new string('x', 50_000)}{close}{(json ? "" : ",a")}\n{good}";
        DatasetRow[] rows = DatasetReaderTests.Read(content, out _, null, limits);

        string code = open == "\"" ? DatasetIssueCodes.UnterminatedQuote : DatasetIssueCodes.LineTooLong;
        AssertOneError(rows, code, 3, json ? null : "text");
        Assert.Equal([2, 3, 4], rows.Select(row => row.Line));
    }

    [Fact]
    public void TooManyColumns_IsAnIssue()
    {
        DatasetRow[] rows = DatasetReaderTests.Read($"text,label\n{new string(',', 1_000_000)}\n{Good}", out _);

        AssertOneError(rows, DatasetIssueCodes.TooManyColumns, 2, null);
        Assert.Equal(2, rows.Length);
    }

    [Theory]
    [InlineData("not json", DatasetIssueCodes.JsonInvalid, null)]
    [InlineData("{\"text\":\"x\"", DatasetIssueCodes.JsonInvalid, null)]
    [InlineData("{\"text\":\"x\",\"label\":\"a\"} more", DatasetIssueCodes.JsonInvalid, null)]
    [InlineData("{\"text\":\"\\ud800\",\"label\":\"a\"}", DatasetIssueCodes.JsonInvalid, null)]
    [InlineData("[1]", DatasetIssueCodes.JsonNotObject, null)]
    [InlineData("\"text\"", DatasetIssueCodes.JsonNotObject, null)]
    [InlineData("{\"text\":\"x\",\"text\":\"y\",\"label\":\"a\"}", DatasetIssueCodes.JsonDuplicateKey, "text")]
    [InlineData("{\"text\":5,\"label\":\"a\"}", DatasetIssueCodes.WrongType, "text")]
    [InlineData("{\"text\":\"x\",\"label\":{\"a\":1}}", DatasetIssueCodes.WrongType, "label")]
    [InlineData("{\"text\":\"x\",\"label\":[[1]]}", DatasetIssueCodes.WrongType, "label")]
    [InlineData("{\"text\":\"x\"}", DatasetIssueCodes.LabelMissing, "label")]
    [InlineData("{\"text\":\"x\",\"label\":[]}", DatasetIssueCodes.LabelMissing, "label")]
    [InlineData("{\"text\":null,\"label\":\"a\"}", DatasetIssueCodes.TextEmpty, "text")]
    [InlineData("{\"label\":\"a\"}", DatasetIssueCodes.TextEmpty, "text")]
    [InlineData("{\"text\":\"x\\u0000\",\"label\":\"a\"}", DatasetIssueCodes.NulCharacter, "text")]
    [InlineData("{\"text\":\"x\0\",\"label\":\"a\"}", DatasetIssueCodes.NulCharacter, null)]
    public void DamagedJsonLine_IsReportedAndSkipped(string damaged, string code, string? column)
    {
        const string good = "{\"text\":\"good\",\"label\":\"a\"}\n";
        DatasetRow[] rows = DatasetReaderTests.Read($"{good}{damaged}\n{good}", out _);

        AssertOneError(rows, code, 2, column);
        Assert.Equal(2, rows.Count(row => row.Text is not null));
    }

    [Theory]
    [InlineData("[", "")]
    [InlineData("{\"text\":", "")]
    [InlineData("{\"a\":", "")]
    [InlineData("[", "]")]
    public void FiftyThousandNestedBrackets_AreAnIssue(string open, string close)
    {
        const string good = "{\"text\":\"good\",\"label\":\"a\"}\n";
        string nested = string.Concat(Enumerable.Repeat(open, 50_000)) + string.Concat(Enumerable.Repeat(close, 50_000));
        DatasetRow[] last = DatasetReaderTests.Read($"{good}{nested}\n", out _);
        DatasetRow[] first = DatasetReaderTests.Read($"{nested}\n{good}", out DatasetReader reader);
        DatasetRow[] alone = DatasetReaderTests.Read(nested, out _);

        AssertOneError(alone, DatasetIssueCodes.JsonTooDeep, 1, null);
        AssertOneError(last, DatasetIssueCodes.JsonTooDeep, 2, null);
        AssertOneError(first, DatasetIssueCodes.JsonTooDeep, 1, null);
        Assert.Equal(DatasetKind.Jsonl, reader.Kind);
    }

    [Fact]
    public void JsonWithNothingButDamage_StillReportsEachLine()
    {
        DatasetRow[] rows = DatasetReaderTests.Read("{oops\n{\n", out _);

        Assert.Equal([1, 2], rows.Select(row => Assert.Single(row.Issues).Line!.Value));
    }

    private static void AssertOneError(DatasetRow[] rows, string code, long line, string? column)
    {
        DatasetIssue issue = Assert.Single(rows.SelectMany(row => row.Issues));
        Assert.Equal((IssueSeverity.Error, code, line, column), (issue.Severity, issue.Code, issue.Line!.Value, issue.Column));
    }
}
