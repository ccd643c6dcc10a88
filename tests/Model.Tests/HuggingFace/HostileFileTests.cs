using FeedbackService.Testing.Hostile;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>Files of strangers are read or refused, and do nothing else.</summary>
public sealed class HostileFileTests
{
    [Fact]
    public void TwentyThousandHostileFiles_AreBorne()
    {
        var faults = HostileRun.Run(20_000, seed: 20261130);

        Assert.True(faults.Count == 0, string.Join("\n\n", faults.Take(5).Select(fault => $"{fault.Kind}, case {fault.Case}: {fault.What}")) + $"\n{faults.Count} in all.");
    }
}
