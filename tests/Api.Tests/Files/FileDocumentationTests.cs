using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Tests.Files;

/// <summary>docs/files.md names every code, and none that does not exist.</summary>
public sealed partial class FileDocumentationTests
{
    private static readonly string[] KeptWithTheFile = [ColumnMappingException.NoTextColumn, ColumnMappingException.Ambiguous];

    [Fact]
    public void Issues_AreTheCodesOfTheReader_WithTheirSeverity()
    {
        XDocument comments = XDocument.Load(Path.ChangeExtension(typeof(DatasetIssueCodes).Assembly.Location, ".xml"));
        IEnumerable<(string, string)> expected = Constants(typeof(DatasetIssueCodes))
            .Select(code => (code.Value, SummaryOf(comments, code.Name).StartsWith("Warning:", StringComparison.Ordinal) ? "warning" : "error"))
            .Concat(KeptWithTheFile.Select(code => (code, "error")));

        Assert.Equal(expected.Order(), Rows("## Codes of issues").Select(row => (row[0], row[1])).Order());
    }

    [Fact]
    public void Refusals_AreTheCodesOfUnreadableFiles()
    {
        IEnumerable<string> expected = Constants(typeof(UnreadableDatasetException)).Concat(Constants(typeof(ColumnMappingException)))
            .Select(code => code.Value).Except(KeptWithTheFile);

        Assert.Equal(expected.Order(), Rows("## Codes of refusals").Select(row => row[0]).Order());
    }

    private static IEnumerable<(string Name, string Value)> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (field.Name, (string)field.GetRawConstantValue()!));

    private static string SummaryOf(XDocument comments, string name) =>
        comments.Descendants("member").Single(member => (string?)member.Attribute("name") == $"F:{typeof(DatasetIssueCodes).FullName}.{name}").Element("summary")!.Value.Trim();

    private static IEnumerable<string[]> Rows(string heading, [CallerFilePath] string here = "")
    {
        string page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/files.md"));
        string section = page[page.IndexOf(heading, StringComparison.Ordinal)..];
        int end = section.IndexOf("\n## ", heading.Length, StringComparison.Ordinal);
        return CodeRow().Matches(end < 0 ? section : section[..end]).Select(match => new[] { match.Groups[1].Value, match.Groups[2].Value.Trim() });
    }

    [GeneratedRegex(@"^\| `(\w+)` \|([^|]+)\|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex CodeRow();
}
