using System.Net.Http.Headers;
using System.Text;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Features;

/// <summary>Sends checkpoints as a user does: every file a part with its name.</summary>
internal static class CheckpointForm
{
    private const string Settings = """{"do_lower_case":true,"tokenizer_class":"BertTokenizer"}""";

    /// <summary>A published fixture with BERT's tokenizer.</summary>
    public static MultipartFormDataContent Of(string family, string? folder = null)
    {
        folder ??= CheckpointFixture.Folder(family);
        var form = new MultipartFormDataContent();
        Add(form, "config.json", File.ReadAllBytes(Path.Combine(folder, "config.json")));
        Add(form, "model.safetensors", File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        Add(form, "vocab.txt", File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder("bert"), "vocab.txt")));
        Add(form, "tokenizer_config.json", Encoding.UTF8.GetBytes(Settings));
        return form;
    }

    /// <summary>Adds a file.</summary>
    public static void Add(MultipartFormDataContent form, string name, byte[] content, string part = "files")
    {
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(file, part, name);
    }

    /// <summary>Sends a form.</summary>
    public static async Task<HttpResponseMessage> PostAsync(HttpClient client, string name, HttpContent form, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/registry/models/{name}/versions") { Content = form };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
