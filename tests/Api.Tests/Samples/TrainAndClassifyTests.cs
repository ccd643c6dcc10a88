using System.Diagnostics;
using System.Text;
using FeedbackService.Api.Tests.Hosting;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Samples;

/// <summary>samples/train-and-classify.sh as people run it; it needs bash and curl, as it says.</summary>
public sealed class TrainAndClassifyTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Tour_ShowsTextsAndLabelsAsPeopleWriteThem()
    {
        await using var api = new ApiFixture { Role = "all" };
        var file = Path.Combine(api.DataFolder, "messages.csv");
        await File.WriteAllTextAsync(file, Messages(), TestContext.Current.CancellationToken);

        var (code, output, error) = await RunAsync(api.Address, file, "cafe", "Où est mon \"thé\" 🍵 ?");

        Assert.True(code == 0, output + error);
        Assert.Contains("4. Classifying: Où est mon \"thé\" 🍵 ?", output, StringComparison.Ordinal);
        Assert.Matches("\n   (thé 🍵|café) \\(", output);
        Assert.DoesNotContain("\\u", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tour_ReadsTheColumnsThatAreNamed_AndGoesOnWithoutAHeldOutPart()
    {
        await using var api = new ApiFixture { Role = "all" };
        var file = Path.Combine(api.DataFolder, "few.csv");
        await File.WriteAllTextAsync(file, "foo,bar\nhello there,a\ngood morning,a\nbye now,b\nsee you,b\n", TestContext.Current.CancellationToken);

        var (code, output, error) = await RunAsync(api.Address, file, "few", "bye", "foo", "bar");

        Assert.True(code == 0, output + error);
        Assert.Contains("no held-out part", output, StringComparison.Ordinal);
        Assert.Empty(error);
    }

    [Fact]
    public async Task Tour_EndsAtAFileThatCannotBeUsed()
    {
        await using var api = new ApiFixture { Role = "api" };
        var file = Path.Combine(api.DataFolder, "odd.csv");
        await File.WriteAllTextAsync(file, "foo,bar\nhello there,a\n", TestContext.Current.CancellationToken);

        var (code, output, _) = await RunAsync(api.Address, file);

        Assert.Equal(1, code);
        Assert.Contains("Columns found: foo, bar.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("2. Fine-tuning", output, StringComparison.Ordinal);
    }

    private static string Messages()
    {
        var csv = new StringBuilder("text,label\n");
        for (var i = 0; i < 20; i++)
        {
            csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"Un thé vert pour la commande {i},thé 🍵\nUn café crème pour la commande {i},café\n");
        }
        return csv.ToString();
    }

    private static async Task<ProcessEnd> RunAsync(Uri address, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash") { StandardOutputEncoding = Encoding.UTF8 };
        start.Environment["FEEDBACKSERVICE_URL"] = address.AbsoluteUri.TrimEnd('/');
        foreach (var argument in arguments.Prepend(Path.Combine(Dockerfile.Root, "samples", "train-and-classify.sh")))
        {
            start.ArgumentList.Add(argument);
        }

        return await ProcessEnd.OfAsync(start, Deadline, TestContext.Current.CancellationToken);
    }
}
