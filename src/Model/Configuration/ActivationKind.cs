namespace FeedbackService.Model.Configuration;

/// <summary>Non-linear functions of layers. z is the input, σ the logistic function.</summary>
public enum ActivationKind
{
    /// <summary>σ(z).</summary>
    Sigmoid,

    /// <summary>tanh(z).</summary>
    Tanh,

    /// <summary>max(z, 0).</summary>
    Relu,

    /// <summary>z·Φ(z) with the normal distribution Φ (Hendrycks &amp; Gimpel 2016, arXiv:1606.08415), not its approximation.</summary>
    Gelu,

    /// <summary>z·σ(βz) with a learned β per layer, 1 at the start (Ramachandran et al. 2017, arXiv:1710.05941).</summary>
    Swish,

    /// <summary>z·tanh(ln(1 + eᶻ)) (Misra 2019, arXiv:1908.08681).</summary>
    Mish,

    /// <summary>½z·(1 + tanh(√(2/π)·(z + 0.044715z³))), the approximation of gelu that GPT-2 was trained with.</summary>
    GeluTanh,

    /// <summary>z·σ(1.702z), a coarser approximation of gelu.</summary>
    QuickGelu,

    /// <summary>z·σ(z), which is swish with β = 1 for good.</summary>
    Silu,
}
