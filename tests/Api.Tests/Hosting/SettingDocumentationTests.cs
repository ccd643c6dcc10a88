using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>docs/operations.md lists every setting of the sections with its default, and none that does not exist.</summary>
public sealed partial class SettingDocumentationTests
{
    [Fact]
    public void Sections_AreInTheTable_WithTheirDefaults()
    {
        var expected = from type in typeof(Api.Hosting.ServiceOptions).Assembly.GetTypes()
                       where type != typeof(Api.Hosting.ServiceOptions) && type.Name.EndsWith("Options", StringComparison.Ordinal)
                       let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue()
                       where section is not null
                       let defaults = Activator.CreateInstance(type)
                       from property in type.GetProperties()
                       where property.CanWrite
                       select ($"{section}:{property.Name}", Text(property.GetValue(defaults)));
        var page = File.ReadAllText(Path.Combine(Dockerfile.Root, "docs", "operations.md"));
        var documented = SettingRow().Matches(page).Select(row => (row.Groups[1].Value, row.Groups[2].Value));
        Assert.Equal(expected.Order(), documented.Order());
    }

    private static string Text(object? value) => value is TimeSpan time
        ? time.ToString("c", CultureInfo.InvariantCulture).Replace("0000", string.Empty, StringComparison.Ordinal)
        : value is null ? "none" : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    [GeneratedRegex(@"^\| `(\w+:\w+)` \| ([^|]*) \|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex SettingRow();
}
