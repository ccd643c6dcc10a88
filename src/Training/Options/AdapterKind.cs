namespace FeedbackService.Training.Options;

/// <summary>Small weights that are trained in place of the base's encoder.</summary>
public enum AdapterKind
{
    /// <summary>None: the encoder itself is trained, unless it is frozen.</summary>
    None,

    /// <summary>Maps of low rank beside linear maps (Hu et al. 2022).</summary>
    Lora,

    /// <summary>The same with ranks that go where they pay (Zhang et al. 2023).</summary>
    Adalora,

    /// <summary>Bottlenecks behind both sublayers of each layer, and the norms (Houlsby et al. 2019).</summary>
    Houlsby,

    /// <summary>A bottleneck behind the feed-forward sublayer of each layer (after Pfeiffer et al. 2021).</summary>
    Pfeiffer,
}
