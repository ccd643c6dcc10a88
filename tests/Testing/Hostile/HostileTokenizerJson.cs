using FeedbackService.Model.Configuration;

namespace FeedbackService.Testing.Hostile;

/// <summary><c>tokenizer.json</c>, and now and then <c>tokenizer_config.json</c>, with things in it that should not be.</summary>
internal sealed class HostileTokenizerJson(string family) : IHostileSource
{
    private readonly HuggingFaceFamily _family = family == "gpt2" ? HuggingFaceFamily.Gpt2 : HuggingFaceFamily.Bert;
    private IReadOnlyDictionary<string, byte[]>? _files;

    public string Name => $"tokenizer.json of {family}";

    public HostileInput Make(long number, Random random)
    {
        _files ??= SmallTokenizer.Files(_family);
        var changed = random.Next(4) == 0 ? "tokenizer_config.json" : "tokenizer.json";
        var files = new Dictionary<string, byte[]>(_files) { [changed] = JsonMutation.Of(SmallTokenizer.Json(_files, changed), random) };
        return new HostileInput(files, folder => SmallTokenizer.Read(folder, _family));
    }
}
