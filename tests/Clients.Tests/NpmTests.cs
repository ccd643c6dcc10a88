namespace FeedbackService.Clients.Tests;

/// <summary>The tours of npm packages under npm/: every step of theirs is a test here.</summary>
public sealed class NpmTests(RunningService service, NpmTours tours) : IClassFixture<NpmTours>
{
    public static TheoryData<string, string> Steps
    {
        get
        {
            var steps = new TheoryData<string, string>();
            foreach (var (tour, step) in NpmTours.Steps())
            {
                steps.Add(tour, step);
            }
            return steps;
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Step(string tour, string step)
    {
        var report = await tours.RunAsync(tour, service, TestContext.Current.CancellationToken);
        Assert.True(report.Passed(step), report.About(step));
    }
}
