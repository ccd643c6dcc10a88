using System.Text.Json.Serialization;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Features.Tei;

/// <summary>
/// The texts of a request in TEI's grammar: <c>"text"</c> and <c>["text"]</c> are one text, <c>["text","pair"]</c> is one
/// pair, and a batch is a list of such lists.
/// </summary>
/// <param name="Items">The texts in order.</param>
/// <param name="IsBatch">Whether a list of lists was sent, which is answered by one.</param>
[JsonConverter(typeof(PredictInputsConverter))]
public sealed record PredictInputs(IReadOnlyList<TextInput> Items, bool IsBatch);
