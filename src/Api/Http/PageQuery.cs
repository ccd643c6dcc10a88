using System.ComponentModel;
using System.Globalization;
using FeedbackService.Api.Errors;
using Microsoft.AspNetCore.Mvc;

namespace FeedbackService.Api.Http;

/// <summary>Which page of a list is wanted.</summary>
/// <param name="After">Id of the last item of the page before; absent: the first page.</param>
/// <param name="Limit">Items on the page.</param>
public sealed record PageQuery(
    [property: FromQuery(Name = "after"), Description("Id of the last item of the page before. Absent: the first page.")] string? After,
    [property: FromQuery(Name = "limit"), Description("Items on the page.")] int? Limit)
{
    /// <summary>Items on a page unless asked otherwise.</summary>
    public const int DefaultLimit = 20;

    /// <summary>Most items on a page.</summary>
    public const int MaxLimit = 100;

    /// <summary>The limit to use.</summary>
    /// <exception cref="ServiceException">400 when it is out of range.</exception>
    public int LimitOr(int usual = DefaultLimit, int most = MaxLimit) => Limit switch
    {
        null => usual,
        < 1 => throw Refusal(most),
        { } limit when limit > most => throw Refusal(most),
        { } limit => limit,
    };

    /// <summary>The cursor of lists whose items are numbered; 0 for the first page.</summary>
    /// <exception cref="ServiceException">400 when it is no number.</exception>
    public long AfterNumber() => After is null ? 0
        : long.TryParse(After, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw ServiceException.Invalid("invalid_value", "'after' must be the last_id of the page before.", "after");

    private static ServiceException Refusal(int most) =>
        ServiceException.Invalid("invalid_value", $"'limit' must be 1 to {most}.", "limit");
}
