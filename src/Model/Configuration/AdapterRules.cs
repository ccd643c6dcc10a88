namespace FeedbackService.Model.Configuration;

/// <summary>Which adapters fit which encoder.</summary>
public static class AdapterRules
{
    private const AdapterTargets OfTransformer =
        AdapterTargets.Query | AdapterTargets.Key | AdapterTargets.Value | AdapterTargets.Output | AdapterTargets.Inner | AdapterTargets.Outer;

    /// <summary>
    /// The linear maps of an encoder that can be adapted. Those of lstm and gru are inside libtorch's kernels; those of rnn and bifnn from state to state are left
    /// alone, for they are no maps of rows, and bifnn's are held below a bound.
    /// </summary>
    public static AdapterTargets Adaptable(EncoderConfig encoder) => encoder switch
    {
        TransformerEncoderConfig => OfTransformer,
        MlpEncoderConfig { Layers: > 0 } => AdapterTargets.Inner | AdapterTargets.Outer,
        RnnEncoderConfig or BifnnEncoderConfig => AdapterTargets.Input,
        _ => AdapterTargets.None,
    };

    /// <summary>What is adapted when nobody says: query and value of a transformer (Hu et al. 2022, section 7.1), else all there is.</summary>
    public static AdapterTargets Usual(EncoderConfig encoder) =>
        encoder is TransformerEncoderConfig ? AdapterTargets.Query | AdapterTargets.Value : Adaptable(encoder);

    /// <summary>All faults, one sentence each; empty when the adapter fits the encoder.</summary>
    public static IReadOnlyList<string> Check(AdapterConfig adapter, EncoderConfig encoder)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        ArgumentNullException.ThrowIfNull(encoder);
        return adapter switch
        {
            LowRankConfig lowRank => [.. OfLowRank(lowRank, encoder)],
            BottleneckConfig bottleneck => [.. OfBottleneck(bottleneck, encoder)],
            _ => [$"adapter is of an unknown type {adapter.GetType().Name}."],
        };
    }

    private static IEnumerable<string> OfLowRank(LowRankConfig adapter, EncoderConfig encoder)
    {
        var adaptable = Adaptable(encoder);
        if (adaptable == AdapterTargets.None)
        {
            yield return $"adapter is {Kind(adapter)}, but {Kind(encoder)} with {encoder.Layers} layers has no linear map that can be adapted; there are such in transformer, rnn, bifnn and in the layers of mlp.";
            yield break;
        }

        if (adapter.Targets == AdapterTargets.None || (adapter.Targets & ~adaptable) != 0)
        {
            yield return $"adapter.Targets is [{Listed(adapter.Targets)}]; of {Kind(encoder)} it must name one or more of [{Listed(adaptable)}].";
        }

        if (adapter.Rank < 1 || adapter.Rank > encoder.HiddenSize)
        {
            yield return $"adapter.Rank is {adapter.Rank}; it must be between 1 and the hidden size {encoder.HiddenSize}.";
        }

        if (!(adapter.Alpha > 0 && double.IsFinite(adapter.Alpha)))
        {
            yield return $"adapter.Alpha is {adapter.Alpha}; it must be greater than 0.";
        }

        if (!(adapter.Dropout >= 0 && adapter.Dropout < 1))
        {
            yield return $"adapter.Dropout is {adapter.Dropout}; it must be in [0, 1).";
        }
    }

    private static IEnumerable<string> OfBottleneck(BottleneckConfig adapter, EncoderConfig encoder)
    {
        if (encoder is not (TransformerEncoderConfig or MlpEncoderConfig { Layers: > 0 }))
        {
            yield return $"adapter is {Kind(adapter)}, but {Kind(encoder)} with {encoder.Layers} layers has no feed-forward sublayer to put one behind; there are such in transformer and in the layers of mlp.";
        }

        if (adapter.Size < 1)
        {
            yield return $"adapter.Size is {adapter.Size}; it must be at least 1.";
        }
    }

    private static string Listed(AdapterTargets targets) => string.Join(", ", AdapterTargetsConverter.NamesOf(targets));

    private static string Kind(object config) => config.GetType().Name.Replace("EncoderConfig", "", StringComparison.Ordinal).Replace("Config", "", StringComparison.Ordinal).ToLowerInvariant();
}
