using System.Text;
using System.Text.Json;
using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.Tests.Configuration;

public sealed class FeedbackConfigTests
{
    [Theory]
    [InlineData("true", 0)]
    [InlineData("false", FeedbackConfig.MostRounds)]
    public void FileOfBeforeBackpropRounds_IsReadAsItWasMeant(string stopGradient, int expected)
    {
        var config = Read($$"""{"feedback":"gated","rounds":2,"stop_gradient":{{stopGradient}},"signal_dropout":0.2}""");

        Assert.Equal(new FeedbackConfig { Feedback = FeedbackKind.Gated, Rounds = 2, BackpropRounds = expected, SignalDropout = 0.2 }, config);
    }

    [Fact]
    public void Written_SaysBackpropRoundsAlone()
    {
        var written = Encoding.UTF8.GetString(JsonFiles.ToBytes(new FeedbackConfig { BackpropRounds = 1 }));

        Assert.Contains("\"backprop_rounds\": 1", written, StringComparison.Ordinal);
        Assert.DoesNotContain("stop_gradient", written, StringComparison.Ordinal);
        Assert.Equal(new FeedbackConfig { BackpropRounds = 1 }, Read(written));
    }

    private static FeedbackConfig Read(string json) => JsonSerializer.Deserialize<FeedbackConfig>(json, JsonFiles.Options)!;
}
