using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;

namespace FeedbackService.Model.Tests.HuggingFace.References;

/// <summary>Hugging Face's own tokenizers, run by Node.js from what npm ci installed beside the tests (npm/).</summary>
internal static class ReferenceTokenizer
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "npm");
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { MaxDepth = 8 };

    /// <summary>Encodes texts by the files of a folder.</summary>
    /// <param name="engine">rust: the tokenizers library of transformers; js: that of transformers.js.</param>
    /// <param name="folder">With tokenizer.json and, for js, tokenizer_config.json.</param>
    /// <param name="inputs">Texts and pairs.</param>
    /// <param name="maxLength">Where to cut; null for nowhere. Only for rust.</param>
    public static async Task<ReferenceEncoding[]> EncodeAsync(string engine, string folder, IEnumerable<TextInput> inputs, int? maxLength = null)
    {
        using var exchange = new TemporaryFolder();
        var (request, answer) = (Path.Combine(exchange.Path, "request.json"), Path.Combine(exchange.Path, "answer.json"));
        var pairs = inputs.Select(input => new[] { input.Text, input.TextPair });
        await File.WriteAllTextAsync(request, JsonSerializer.Serialize(new { engine, folder, inputs = pairs, maxLength }, Json), TestContext.Current.CancellationToken);
        await RunAsync("tokenize.mjs", request, answer);
        await using var stream = File.OpenRead(answer);
        return (await JsonSerializer.DeserializeAsync<ReferenceEncoding[]>(stream, Json, TestContext.Current.CancellationToken))!;
    }

    /// <summary>Runs a script of the folder npm.</summary>
    public static async Task RunAsync(string script, params string[] arguments)
    {
        Assert.True(
            Directory.Exists(Path.Combine(Folder, "node_modules", "tokenizers")),
            "The npm packages are not installed: install Node.js 18 or later with npm, then build tests/Model.Tests again.");
        try
        {
            var end = await ProcessEnd.OfAsync(
                new ProcessStartInfo("node", [script, .. arguments]) { WorkingDirectory = Folder }, Deadline, TestContext.Current.CancellationToken);
            Assert.True(end.Code == 0, end.Output + end.Error);
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("The references need Node.js 18 or later as 'node' on PATH (Debian: apt-get install nodejs npm).");
        }
    }
}
