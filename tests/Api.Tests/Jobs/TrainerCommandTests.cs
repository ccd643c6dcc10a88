using FeedbackService.Api.Jobs.Training;

namespace FeedbackService.Api.Tests.Jobs;

public sealed class TrainerCommandTests
{
    [Theory]
    // Names that mean nothing to the services of the other tests, of the kinds that hold the admin key and the like.
    [InlineData("FEEDBACKSERVICE_NO_SETTING")]
    [InlineData("FeedbackService__NoSetting")]
    [InlineData("Kestrel__NoSetting")]
    [InlineData("OTEL_NO_SETTING")]
    public void Trainer_InheritsNoSettingsOfTheService(string variable)
    {
        Environment.SetEnvironmentVariable(variable, "secret");
        try
        {
            var environment = TrainerCommand.For("task.json", threads: 1).Environment;
            Assert.DoesNotContain("secret", environment.Values);
            Assert.Equal(Environment.GetEnvironmentVariable("PATH"), environment["PATH"]);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }
}
