using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>Which environment variables mean something to the program.</summary>
internal static class KnownVariables
{
    private static readonly HashSet<string> Names =
    [
        .. ServiceSettings.All.Select(setting => setting.Variable),
        "S3__Endpoint", "S3__Region", "S3__AccessKey", "S3__SecretKey", "S3__PathStyle",
    ];

    /// <summary>Fails on a variable that the program would not read.</summary>
    public static void Check(string name) => Assert.Contains(name, Names);
}
