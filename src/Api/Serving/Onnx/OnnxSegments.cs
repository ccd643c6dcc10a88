using FeedbackService.Model.Classification;
using FeedbackService.Model.Onnx;
using FeedbackService.Model.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>The graphs of a classifier with feedback: from texts to the re-entry layer, from there to logits, and back. All values are the caller's to dispose.</summary>
internal sealed class OnnxSegments : IDisposable
{
    private readonly OnnxGraphSession _beginning;
    private readonly OnnxGraphSession _ending = null!;
    private readonly OnnxGraphSession _feedback = null!;

    /// <summary>Writes and loads the graphs.</summary>
    /// <param name="classifier">In evaluation mode, on the CPU. Not used afterwards.</param>
    /// <param name="form">In which form.</param>
    /// <param name="threads">As for <see cref="OnnxGraphSession"/>.</param>
    /// <param name="twice">As for <see cref="OnnxGraphSession"/>.</param>
    public OnnxSegments(TextClassifier classifier, OnnxForm form, int threads, bool twice)
    {
        _beginning = new OnnxGraphSession(classifier, OnnxPart.Beginning, form, threads, twice);
        try
        {
            _ending = new OnnxGraphSession(classifier, OnnxPart.Ending, form, threads, twice);
            _feedback = new OnnxGraphSession(classifier, OnnxPart.Feedback, form, threads, twice);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>H_m of texts. [N, H] float.</summary>
    public OrtValue Begin(PackedTokens tokens, OnnxThreads threads)
    {
        using var batch = OnnxBatch.Of(tokens);
        return _beginning.Run(batch.Inputs, threads, "anchor")[0];
    }

    /// <summary>H^k ([N, H] float) and z^k ([B, L] float).</summary>
    /// <param name="batch">The texts.</param>
    /// <param name="input">X^k. [N, H] float.</param>
    /// <param name="threads">On which it is computed.</param>
    public (OrtValue States, OrtValue Logits) End(OnnxBatch batch, OrtValue input, OnnxThreads threads)
    {
        var found = _ending.Run([.. batch.Inputs, ("input", input)], threads, "states", "logits");
        return (found[0], found[1]);
    }

    /// <summary>X^k, and if asked for the weights of tokens and the shares of states that are kept.</summary>
    /// <param name="texts">One or more, each with a round before it.</param>
    /// <param name="withTrace">Whether they are asked for.</param>
    /// <param name="threads">On which it is computed.</param>
    public OnnxFeedback FeedBack(IReadOnlyList<OnnxText> texts, bool withTrace, OnnxThreads threads)
    {
        using var batch = new OnnxBatch([.. texts.Select(text => text.Length)]);
        batch.Add("previous_logits", [.. texts.SelectMany(text => text.Logits)], texts.Count, texts[0].Logits.Length);
        batch.Add("round", [.. texts.Select(text => text.Round + 1L)], texts.Count);
        using var anchor = OnnxRows.Of(texts, text => text.Anchor);
        using var states = OnnxRows.Of(texts, text => text.States);
        string[] traces = withTrace ? [.. new[] { "attention", "kept" }.Where(_feedback.Gives)] : [];
        var found = _feedback.Run([.. batch.Inputs, ("anchor", anchor), ("states", states)], threads, ["input", .. traces]);
        var numbers = new Dictionary<string, float[]>(StringComparer.Ordinal);
        for (var trace = 0; trace < traces.Length; trace++)
        {
            using var value = found[trace + 1];
            numbers.Add(traces[trace], value.GetTensorDataAsSpan<float>().ToArray());
        }

        return new OnnxFeedback(found[0], numbers.GetValueOrDefault("attention"), numbers.GetValueOrDefault("kept"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _beginning.Dispose();
        _ending?.Dispose();
        _feedback?.Dispose();
    }
}
