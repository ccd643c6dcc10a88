using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Tokenization;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.LanguageModeling;

/// <summary>An encoder with a head that says which token stood where one is hidden: what pre-training trains.</summary>
public sealed class MaskedLanguageModel : nn.Module
{
    [ComponentName(Name = "encoder")]
    private readonly TextEncoder _encoder;

    [ComponentName(Name = "language_head")]
    private readonly LanguageModelHead _head;

    internal MaskedLanguageModel(ClassifierConfig config, TextEncoder encoder, LanguageModelHead head)
        : base(nameof(MaskedLanguageModel))
    {
        Config = config;
        _encoder = encoder;
        _head = head;
        RegisterComponents();
    }

    /// <summary>What the model was made from; of it the encoder and the longest text count here.</summary>
    public ClassifierConfig Config { get; }

    /// <summary>The encoder. Owned by the model.</summary>
    public TextEncoder Encoder => _encoder;

    /// <summary>Rounds the weights to the element type that is to be computed in; there is no way back. No optimizer may hold the parameters: they may be replaced.</summary>
    public void ComputeIn(ComputePrecision precision) => this.RoundTo(precision);

    /// <summary>Logits at some places only: a vocabulary's worth of them at every token would be most of a step's time and memory.</summary>
    /// <param name="tokens">N tokens of B texts, some hidden.</param>
    /// <param name="places">Rows of <paramref name="tokens"/> that are asked for, each in [0, N). Length M, at least 1.</param>
    /// <param name="device">Where the parameters are.</param>
    /// <returns>[M, V] float32 (float64 of a model in float64), in the caller's dispose scope.</returns>
    public Tensor Forward(PackedTokens tokens, IReadOnlyList<int> places, Device device)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(places);
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(tokens.Lengths, device);
        var states = _encoder.Encode(_encoder.Embed(tokens, layout), 0, _encoder.LayerCount).Rows; // [N, H]
        var asked = states.index_select(0, tensor([.. places.Select(place => (long)place)], device: device)); // [M, H]
        return _head.Predict(asked, _encoder.TokenTable!).Widened().MoveToOuterDisposeScope();
    }
}
