namespace FeedbackService.Model.Configuration;

/// <summary>Linear maps of an encoder that a map of low rank can stand beside.</summary>
[Flags]
public enum AdapterTargets
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>W_q of a transformer's attention, a third of its fused map.</summary>
    Query = 1,

    /// <summary>W_k of a transformer's attention.</summary>
    Key = 2,

    /// <summary>W_v of a transformer's attention.</summary>
    Value = 4,

    /// <summary>W_o, behind a transformer's attention.</summary>
    Output = 8,

    /// <summary>First map of a feed-forward sublayer.</summary>
    Inner = 16,

    /// <summary>Second map of a feed-forward sublayer.</summary>
    Outer = 32,

    /// <summary>What a layer of an rnn or bifnn makes of its input.</summary>
    Input = 64,
}
