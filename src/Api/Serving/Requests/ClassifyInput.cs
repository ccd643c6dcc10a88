using System.Text.Json.Serialization;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving.Requests;

/// <summary>The texts of a request. On the wire: a string, an object with <c>text</c> and <c>text_pair</c>, or a list of these.</summary>
/// <param name="Items">The texts in order.</param>
/// <param name="IsList">Whether a list was sent: in a list a bad item carries its own error instead of failing the request.</param>
[JsonConverter(typeof(ClassifyInputConverter))]
public sealed record ClassifyInput(IReadOnlyList<TextInput> Items, bool IsList);
