using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace;

/// <summary>What activations are called in <c>config.json</c>.</summary>
internal static class ActivationNames
{
    // Of several names for one function, the first is the one that is written.
    private static readonly (string Name, ActivationKind Kind)[] Known =
    [
        ("gelu", ActivationKind.Gelu),
        ("gelu_python", ActivationKind.Gelu),
        ("gelu_new", ActivationKind.GeluTanh),
        ("gelu_fast", ActivationKind.GeluTanh),
        ("gelu_pytorch_tanh", ActivationKind.GeluTanh),
        ("quick_gelu", ActivationKind.QuickGelu),
        ("relu", ActivationKind.Relu),
        ("silu", ActivationKind.Silu),
        ("swish", ActivationKind.Silu),
        ("mish", ActivationKind.Mish),
        ("tanh", ActivationKind.Tanh),
        ("sigmoid", ActivationKind.Sigmoid),
    ];

    /// <summary>All names that are read, for messages.</summary>
    public static string All => string.Join(", ", Known.Select(entry => entry.Name));

    /// <summary>The function of that name; null when it is unknown.</summary>
    public static ActivationKind? Parse(string name) => Known.Where(entry => entry.Name == name).Select(entry => (ActivationKind?)entry.Kind).FirstOrDefault();

    /// <summary>Its name; null when there is none, as for swish with a learned β.</summary>
    public static string? NameOf(ActivationKind kind) => Known.Where(entry => entry.Kind == kind).Select(entry => entry.Name).FirstOrDefault();
}
