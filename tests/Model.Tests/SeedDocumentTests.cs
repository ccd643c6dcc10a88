using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace FeedbackService.Model.Tests;

/// <summary>docs/seeds.md names places in the code: all of them are there.</summary>
public sealed partial class SeedDocumentTests
{
    private static readonly int[] ItemsOfSeeds = [16, 14, 13, 13, 22];
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));

    private static readonly string Document = File.ReadAllText(Path.Combine(Root, "docs/seeds.md"));

    [Fact]
    public void EveryItem_HasItsRow_InOrder()
    {
        var expected = ItemsOfSeeds.SelectMany((count, seed) => Enumerable.Range(1, count).Select(item => $"{seed}-{item}"));

        Assert.Equal(expected, Rows().Select(row => row.Groups[1].Value));
    }

    [Fact]
    public void EveryRow_NamesAPlace_OrSaysWhyThereIsNone() => Assert.All(Rows(), row =>
        Assert.Matches("`|later|declined|^ here", row.Groups[2].Value));

    [Fact]
    public void EveryPath_Exists()
    {
        var paths = Quoted().Where(text => text.Contains('/', StringComparison.Ordinal) || text.EndsWith(".md", StringComparison.Ordinal)).ToArray();

        Assert.True(paths.Length > 40, $"{paths.Length}");
        Assert.All(paths, path => Assert.True(Path.Exists(Path.Combine(Root, path)), path));
    }

    [Fact]
    public void EveryTest_Exists()
    {
        var tests = Quoted().Select(text => TestName().Match(text)).Where(match => match.Success).ToArray();
        var sources = Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).ToLookup(file => Path.GetFileNameWithoutExtension(file)!);

        Assert.True(tests.Length > 50, $"{tests.Length}");
        Assert.All(tests, test =>
        {
            var text = string.Concat(sources[test.Groups[1].Value].Select(File.ReadAllText));
            Assert.True(text.Length > 0, $"There is no {test.Groups[1].Value}.");
            Assert.True(!test.Groups[2].Success || Regex.IsMatch(text, $@"public (async )?(void|Task) {test.Groups[2].Value}\("), test.Value);
        });
    }

    [Fact]
    public void EveryQuotation_IsLookedUp() => Assert.All(Quoted(), text => Assert.True(
        text.Contains('/', StringComparison.Ordinal) || text.EndsWith(".md", StringComparison.Ordinal) || TestName().IsMatch(text) || text == "learning_rate", text));

    private static IEnumerable<string> Quoted() => Quotation().Matches(Document).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal);

    private static IReadOnlyList<Match> Rows() => Row().Matches(Document);

    private static string Here([CallerFilePath] string here = "") => here;

    [GeneratedRegex(@"^\| (\d-\d+) \|[^|\n]*\|[^|\n]*\|([^|\n]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex Quotation();

    [GeneratedRegex(@"^(\w+Tests)(?:\.(\w+))?$")]
    private static partial Regex TestName();
}
