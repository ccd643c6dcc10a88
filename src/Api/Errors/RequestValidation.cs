using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;

namespace FeedbackService.Api.Errors;

/// <summary>Checks the attributes of request records ([Range], [Required] and the like) before a handler runs.</summary>
internal static class RequestValidation
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Checked = new();

    /// <summary>Adds the check to every route of the group.</summary>
    public static TBuilder WithRequestValidation<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.AddEndpointFilter(async (context, next) =>
    {
        foreach (var argument in context.Arguments)
        {
            if (argument is not null)
            {
                Check(argument);
            }
        }

        return await next(context);
    });

    private static void Check(object request)
    {
        var properties = Checked.GetOrAdd(request.GetType(), static type => type.Namespace?.StartsWith("FeedbackService.Api", StringComparison.Ordinal) == true
            ? [.. type.GetProperties().Where(property => property.IsDefined(typeof(ValidationAttribute), inherit: true))]
            : []);
        var faults = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var property in properties)
        {
            var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            var found = new List<ValidationResult>();
            var place = new ValidationContext(request) { MemberName = property.Name, DisplayName = name };
            if (!Validator.TryValidateProperty(property.GetValue(request), place, found))
            {
                faults[name] = [.. found.Select(fault => fault.ErrorMessage ?? "Is not valid.")];
            }
        }

        if (faults.Count > 0)
        {
            throw new ServiceException(400, "invalid_value", string.Join(" ", faults.Values.SelectMany(messages => messages)), faults.Keys.First()) { FieldErrors = faults };
        }
    }
}
