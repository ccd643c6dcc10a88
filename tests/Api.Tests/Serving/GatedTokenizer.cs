using FeedbackService.Model.Classification;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>Stops at a text until a test lets it go on, and fails at another: what happens meanwhile is otherwise over too soon to be seen.</summary>
internal sealed class GatedTokenizer : ITextTokenizer, IDisposable
{
    public const string Gate = "gate";
    public const string Bad = "bad";

    private readonly HashedNgramTokenizer _inner = new(new HashedNgramConfig { Buckets = TinyModels.Vocabulary });
    private readonly SemaphoreSlim _entered = new(0);
    private readonly ManualResetEventSlim _open = new();

    public int VocabularySize => _inner.VocabularySize;

    /// <summary>A model that reads with it.</summary>
    public Predictor NewPredictor() => new(this, new TorchBackend(ClassifierFactory.Create(TinyModels.Plain()), CPU));

    /// <summary>Waits until somebody stands at the gate.</summary>
    public Task EnteredAsync() => _entered.WaitAsync(TestContext.Current.CancellationToken);

    public void Open() => _open.Set();

    public TokenizedText Encode(TextInput input, int maxTokens, bool withSpans = false)
    {
        if (input.Text == Bad)
        {
            throw new InvalidDataException("A text that cannot be read.");
        }

        if (input.Text == Gate)
        {
            _entered.Release();
            _open.Wait(TestContext.Current.CancellationToken);
        }

        return _inner.Encode(input, maxTokens, withSpans);
    }

    public void Save(string directory) => _inner.Save(directory);

    public void Dispose()
    {
        _entered.Dispose();
        _open.Dispose();
    }
}
