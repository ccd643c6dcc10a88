using System.Globalization;

namespace FeedbackService.Api.Http;

/// <summary>The header <c>Prefer</c> (RFC 7240). What it says and is not understood is passed over, as the RFC has it.</summary>
internal static class PreferHeader
{
    /// <summary>The preference for an answer that is fetched later.</summary>
    public const string RespondAsync = "respond-async";

    private const string WaitName = "wait";
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>Whether the caller would rather fetch the answer later.</summary>
    public static bool AsksForLater(HttpRequest request) =>
        Preferences(request).Any(preference => preference.Equals(RespondAsync, StringComparison.OrdinalIgnoreCase));

    /// <summary>How long the caller waits for an answer, from <c>wait=seconds</c>; null when it does not say.</summary>
    public static TimeSpan? Wait(HttpRequest request)
    {
        foreach (var preference in Preferences(request))
        {
            if (preference.Split('=', 2) is [var name, var value] && name.Trim().Equals(WaitName, StringComparison.OrdinalIgnoreCase)
                && uint.TryParse(value.Trim().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return TimeSpan.FromSeconds(Math.Min(seconds, LongestWait.TotalSeconds));
            }
        }

        return null;
    }

    private static IEnumerable<string> Preferences(HttpRequest request) =>
        request.Headers["Prefer"].SelectMany(value => (value ?? "").Split(',')).Select(preference => preference.Split(';')[0].Trim());
}
