using System.Text.Json;
using FeedbackService.Model.Tokenization;
using FeedbackService.ServingBenchmark.Service;

namespace FeedbackService.ServingBenchmark.Load;

/// <summary>Requests, made before anything is measured.</summary>
internal static class Bodies
{
    /// <summary>For the service: texts in their order, so many a request.</summary>
    /// <param name="inputs">The texts.</param>
    /// <param name="perRequest">1 sends a text, more send lists.</param>
    /// <param name="model">Which model is asked.</param>
    public static IReadOnlyList<byte[]> Of(IReadOnlyList<TextInput> inputs, int perRequest, string? model = null) =>
        Of(inputs, perRequest, texts => JsonSerializer.SerializeToUtf8Bytes(new { model = model ?? ServedModel.Version(1), input = texts }));

    /// <summary>For the Node server, which has one model.</summary>
    public static IReadOnlyList<byte[]> OfPeer(IReadOnlyList<TextInput> inputs, int perRequest) =>
        Of(inputs, perRequest, texts => JsonSerializer.SerializeToUtf8Bytes(new { input = texts }));

    private static List<byte[]> Of(IReadOnlyList<TextInput> inputs, int perRequest, Func<object, byte[]> body) =>
        [.. inputs.Select(input => input.Text).Chunk(perRequest).Select(texts => body(perRequest == 1 ? texts[0] : texts))];
}
