using System.Globalization;
using System.Text;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;

namespace FeedbackService.Api.OpenApi;

/// <summary>
/// The OpenAPI document as it is sent, made at the first request for it and kept. Making it describes every route anew, which takes a
/// core for longer than most answers do, and anyone may ask for it without a key.
/// </summary>
internal sealed class OpenApiText(IAsyncSwaggerProvider provider)
{
    /// <summary>Name of the document.</summary>
    public const string Document = "v1";

    private readonly Lazy<Task<byte[]>> _json = new(() => MakeAsync(provider));

    /// <summary>The document, JSON in UTF-8.</summary>
    public Task<byte[]> ReadAsync() => _json.Value;

    private static async Task<byte[]> MakeAsync(IAsyncSwaggerProvider provider)
    {
        var document = await provider.GetSwaggerAsync(Document);
        await using var text = new StringWriter(CultureInfo.InvariantCulture);
        document.SerializeAsV3(new OpenApiJsonWriter(text));
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
