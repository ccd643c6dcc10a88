using System.Globalization;
using System.Text;
using System.Text.Json;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Training.Tests.Datasets;

public sealed class DatasetValidatorTests
{
    [Fact]
    public void Report_CountsRowsLabelsAndIssues()
    {
        ValidationReport report = Validate("text,label\none,b\n\ntwo,a\nbroken\nthree,b\n,a\nfour,b\n", out List<DatasetIssue> issues);

        Assert.Equal((6, 4), (report.Rows, report.ValidRows));
        Assert.Equal([new("b", 3), new("a", 1)], report.Labels);
        Assert.Equal([(5L, DatasetIssueCodes.ColumnCount), (7L, DatasetIssueCodes.TextEmpty)], Errors(issues));
        Assert.Equal((issues.Count, 2), (report.IssueCount, report.ErrorCount));
        Assert.True(report is { HasLabels: true, MultiLabel: false });
    }

    [Fact]
    public void EveryBadLine_IsReported()
    {
        string csv = "text,label\n" + string.Concat(Enumerable.Range(2, 3_000).Select(line => line % 3 == 0 ? ",x\n" : $"t{line},x\n"));

        Validate(csv, out List<DatasetIssue> issues);

        Assert.Equal(Enumerable.Range(2, 3_000).Where(line => line % 3 == 0).Select(line => (long)line), Errors(issues).Select(error => error.Line));
    }

    [Fact]
    public void RepeatedTexts_AreDuplicatesOrConflicts()
    {
        ValidationReport report = Validate(
            "text,label\nHello  World,a\nhello world ,a\nＨｅｌｌｏ world,b\nother,b\nother,b\nhello world,a\n", out List<DatasetIssue> issues);

        Assert.Equal((3, 1), (report.Duplicates, report.Conflicts));
        Assert.Equal(
            [(3, DatasetIssueCodes.DuplicateText), (4, DatasetIssueCodes.ConflictingLabels), (6, DatasetIssueCodes.DuplicateText), (7, DatasetIssueCodes.DuplicateText)],
            issues.Select(issue => (issue.Line!.Value, issue.Code)));
        Assert.All(issues, issue => Assert.Equal(IssueSeverity.Warning, issue.Severity));
        Assert.Contains("line 2", issues[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PairsAndLabelSets_AreComparedAsWholes()
    {
        ValidationReport report = Validate(
            """
            {"text":"q","text_pair":"a","labels":["x","y"]}
            {"text":"q","text_pair":"b","labels":["x","y"]}
            {"text":"q","text_pair":"a","labels":["y","x"]}
            {"text":"q","text_pair":"a","labels":["x"]}
            """,
            out _);

        Assert.Equal((1, 1), (report.Duplicates, report.Conflicts));
        Assert.True(report.MultiLabel);
        Assert.Equal([new("x", 4), new("y", 3)], report.Labels);
    }

    [Theory]
    [InlineData("Card", "card ", true)]
    [InlineData("ｃａｒｄ", "Card", true)]
    [InlineData("card payment", "card_payment", true)]
    [InlineData("refund", "refunds", true)]
    [InlineData("cancel_order", "cancle_order", true)]
    [InlineData("payment", "paiment", true)]
    [InlineData("level1", "level2", false)]
    [InlineData("class a", "class b", false)]
    [InlineData("sport", "spot light", false)]
    [InlineData("体育", "体操", false)]
    [InlineData("cat", "car", false)]
    public void SimilarLabels_AreFound(string first, string second, bool similar)
    {
        ValidationReport report = Validate($"text,label\none,\"{first}\"\ntwo,\"{first}\"\nthree,\"{second}\"\nfour,zebra\n", out List<DatasetIssue> issues);

        Assert.Equal(similar ? [[.. new[] { first.Trim(), second.Trim() }.Order(StringComparer.Ordinal)]] : [], report.SimilarLabels);
        Assert.Equal(similar ? 1 : 0, issues.Count(issue => issue is { Code: DatasetIssueCodes.SimilarLabels, Line: null, Severity: IssueSeverity.Warning }));
    }

    [Fact]
    public void Lengths_AreCountedInBuckets()
    {
        ValidationReport report = Validate($"text,label\n{new string('x', 15)},a\n{new string('x', 16)},a\n{new string('你', 100)},b\n", out _);

        Assert.Equal([new(0, 16, 1), new(16, 32, 1), new(32, 64, 0), new(64, 128, 1)], report.LengthHistogram);
        Assert.Equal(100, report.Statistics.MaxCharacters);
        Assert.Equal(131 / 3.0, report.Statistics.MeanCharacters, 9);
        Assert.Equal(100 / 131.0, report.Statistics.CjkShare, 9);
    }

    [Fact]
    public void MoreLabelsThanAllowed_IsOneError()
    {
        string csv = "text,label\n" + string.Concat(Enumerable.Range(0, DatasetValidator.MaxLabels + 5).Select(i => string.Create(CultureInfo.InvariantCulture, $"t{i},l{i}\n")));

        ValidationReport report = Validate(csv, out List<DatasetIssue> issues);

        Assert.Equal((DatasetValidator.MaxLabels + 2L, DatasetIssueCodes.TooManyLabels), Assert.Single(Errors(issues)));
        Assert.Equal(DatasetValidator.MaxLabels, report.Labels.Count);
    }

    [Theory]
    [InlineData("text,label\na,x\nb,y\nc,x\nd,y\n", null, "")]
    [InlineData("text\na\n", null, DatasetUsability.NoLabelColumn)]
    [InlineData("text,label\na,x\nb,x\n", null, DatasetUsability.TooFewLabels)]
    [InlineData("text,label\na,x\nb,y\nbroken\n", null, DatasetUsability.HasErrors)]
    [InlineData("text,label\n", DatasetUsability.NoValidRow, DatasetUsability.NoValidRow)]
    [InlineData("text,label\nbroken\n", DatasetUsability.NoValidRow, DatasetUsability.NoValidRow + " " + DatasetUsability.HasErrors)]
    [InlineData("{nothing\n[[[[[[[[[[[[\n", DatasetUsability.NoValidRow, DatasetUsability.NoValidRow + " " + DatasetUsability.NoLabelColumn + " " + DatasetUsability.HasErrors)]
    public void Usability_NamesWhatIsMissing(string content, string? anything, string training)
    {
        ValidationReport report = Validate(content, out _);

        Assert.Equal(anything, DatasetUsability.ForAnything(report)?.Code);
        Assert.Equal(training, string.Join(' ', DatasetUsability.ForTraining(report).Select(problem => problem.Code)));
    }

    [Fact]
    public void OneClass_CanStillBeEvaluatedOn() =>
        Assert.Empty(DatasetUsability.ForEvaluation(Validate("text,label\na,x\nb,x\n", out _)));

    [Fact]
    public void ClassWithOneExample_IsAWarning()
    {
        ValidationReport report = Validate("text,label\na,x\nb,y\nc,x\n", out List<DatasetIssue> issues);

        DatasetIssue issue = Assert.Single(issues);
        Assert.Equal((IssueSeverity.Warning, DatasetIssueCodes.SingleExample), (issue.Severity, issue.Code));
        Assert.EndsWith(": y.", issue.Message, StringComparison.Ordinal);
        Assert.Empty(DatasetUsability.ForTraining(report));
    }

    [Fact]
    public void CharactersThatCannotBeNormalized_AreRead()
    {
        ValidationReport report = Validate("text,label\né\uFFFE\uFFFF,x\nＡ\u0301\u200B\u202E,y\n", out _);

        Assert.Equal(2, report.ValidRows);
    }

    [Fact]
    public void Report_SurvivesJsonAndHasTheNamesOfTheContract()
    {
        ValidationReport report = Validate("text,label\nx,Card\ny,card\nz,other\n", out List<DatasetIssue> issues);
        string json = JsonSerializer.Serialize(report);
        ValidationReport copy = JsonSerializer.Deserialize<ValidationReport>(json)!;

        Assert.Equal(json, JsonSerializer.Serialize(copy));
        Assert.Equal(report.Labels, copy.Labels);
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (string name in (string[])["rows", "valid_rows", "labels", "issue_count", "duplicates", "conflicts", "similar_labels", "length_histogram"])
        {
            Assert.True(document.RootElement.TryGetProperty(name, out _), name);
        }

        Assert.StartsWith("{\"severity\":\"warning\",\"line\":null,\"column\":\"label\",\"code\":\"single_example\",\"message\":", JsonSerializer.Serialize(issues[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void LargeFile_IsValidatedInBoundedMemory()
    {
        // 200,000 rows and 62 MB; one row in a hundred is broken.
        const int rows = 200_000;
        string path = Path.Combine(Path.GetTempPath(), $"dataset-{Guid.NewGuid():N}");
        try
        {
            using (var writer = new StreamWriter(path, append: false, new UTF8Encoding(false)))
            {
                string filler = string.Concat(Enumerable.Repeat(" filler", 42));
                writer.Write("text,label\n");
                for (int i = 1; i <= rows; i++)
                {
                    writer.Write(i % 100 == 0 ? "broken\n" : string.Create(CultureInfo.InvariantCulture, $"\"row {i}{filler}\",l{i % 10}\n"));
                }
            }

            long before = GC.GetTotalMemory(forceFullCollection: true);
            var sink = new MeasuringSink();
            ValidationReport report = DatasetValidator.Validate(path, null, sink, cancellationToken: TestContext.Current.CancellationToken);

            Assert.Equal((rows, rows - (rows / 100), rows / 100), (report.Rows, report.ValidRows, report.ErrorCount));
            Assert.Equal(rows / 100, sink.Count);
            Assert.True(sink.Peak - before < 25_000_000, $"{(sink.Peak - before) / 1e6:f1} MB kept");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Cancellation_EndsThePass()
    {
        using var file = new TemporaryFile("text,label\na,x\nb,y\n");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => DatasetValidator.Validate(file.Path, null, new IssueList(), cancellationToken: cancelled.Token));
    }

    private static ValidationReport Validate(string content, out List<DatasetIssue> issues)
    {
        using var file = new TemporaryFile(content);
        var sink = new IssueList();
        ValidationReport report = DatasetValidator.Validate(file.Path, null, sink, cancellationToken: TestContext.Current.CancellationToken);
        issues = sink.Issues;
        Assert.Equal(issues.Count, report.IssueCount);
        return report;
    }

    private static IEnumerable<(long Line, string Code)> Errors(List<DatasetIssue> issues) =>
        issues.Where(issue => issue.Severity == IssueSeverity.Error).Select(issue => (issue.Line!.Value, issue.Code));

    private sealed class MeasuringSink : IValidationIssueSink
    {
        public int Count { get; private set; }

        public long Peak { get; private set; }

        public void Add(DatasetIssue issue)
        {
            Count++;
            if (Count % 200 == 0)
            {
                Peak = Math.Max(Peak, GC.GetTotalMemory(forceFullCollection: true));
            }
        }
    }
}
