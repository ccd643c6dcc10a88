using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving.Requests;

/// <summary>Texts to classify, free of any dialect.</summary>
/// <param name="Model">A model address.</param>
/// <param name="Inputs">The texts in order.</param>
/// <param name="Field">What the caller's dialect calls the texts, for refusals.</param>
internal sealed record TextQuery(string Model, IReadOnlyList<TextInput> Inputs, string Field)
{
    /// <summary>The same for all texts. Default: all rounds as trained.</summary>
    public PredictionOptions Options { get; init; } = PredictionOptions.Default;

    /// <summary>Cut texts over the model's limit (default) or refuse them.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>The message of a refusal, with the place of the text when there are several.</summary>
    public string Locate(int index, string message) => Inputs.Count == 1 ? message : $"'{Field}[{index}]': {message}";
}
