using System.ComponentModel;
using FeedbackService.Api.Errors;
using Microsoft.AspNetCore.Mvc;

namespace FeedbackService.Api.Http;

/// <summary>Which end of a list comes first.</summary>
/// <param name="Order"><c>desc</c> or <c>asc</c>; absent: <c>desc</c>.</param>
public sealed record OrderQuery([property: FromQuery(Name = "order"), Description("desc (newest first, default) or asc.")] string? Order)
{
    /// <summary>Whether the oldest comes first.</summary>
    /// <exception cref="ServiceException">400 for anything but the two words.</exception>
    public bool IsOldestFirst() => Order switch
    {
        null or "desc" => false,
        "asc" => true,
        _ => throw ServiceException.Invalid("invalid_value", "'order' must be asc or desc.", "order"),
    };
}
