using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Security;

/// <summary>How much one key may ask at once. Section <c>RateLimits</c>. An open service has no such limits.</summary>
public sealed class RateLimitOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "RateLimits";

    /// <summary>Requests per second with one key that ask models; twice as many may come in a burst. 0: no limit. Default 1000.</summary>
    [Range(0, 1_000_000)]
    public int PredictPerSecond { get; set; } = 1000;

    /// <summary>Other requests per second with one key; twice as many may come in a burst. 0: no limit. Default 200.</summary>
    [Range(0, 1_000_000)]
    public int OtherPerSecond { get; set; } = 200;

    /// <summary>Uploads at once with one key. 0: no limit. Default 8.</summary>
    [Range(0, 10_000)]
    public int Uploads { get; set; } = 8;

    /// <summary>Requests per second without a good key from one address; twice as many may come in a burst. 0: no limit. Default 20.</summary>
    [Range(0, 1_000_000)]
    public int AnonymousPerSecond { get; set; } = 20;
}
