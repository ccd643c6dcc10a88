using FeedbackService.Api.Errors;
using FeedbackService.Api.Registry;

namespace FeedbackService.Api.Features.Tei;

/// <summary>Which model a request means in a dialect where a server has one model and requests name none.</summary>
internal static class TeiModel
{
    private const int NamesShown = 5;

    /// <summary>The address asked for or, without one, the only model there is.</summary>
    /// <exception cref="ServiceException">400 when none is named and there is not exactly one.</exception>
    public static async Task<string> AddressAsync(string? model, ModelRegistry registry, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(model))
        {
            return model;
        }

        var names = await registry.ListServableNamesAsync(NamesShown, cancellationToken);
        return names.Count == 1
            ? names[0]
            : throw ServiceException.Invalid(
                "model_required",
                names.Count == 0
                    ? "There is no model yet. Fine-tune one first, then name it: ?model=NAME."
                    : $"There are several models; name one in the address, such as ?model={names[0]}. There are {string.Join(", ", names)}{(names.Count == NamesShown ? " …" : "")}.",
                "model");
    }
}
