using TorchSharp;

namespace FeedbackService.Api.Observability;

/// <summary>Whether tensors work on this machine; looked at once, for a library that does not load never will.</summary>
internal sealed class TorchCheck
{
    private readonly Lazy<string> _finding = new(Look);

    /// <summary>Nothing stands in the way.</summary>
    public const string Ok = "ok";

    /// <summary><see cref="Ok"/>, or what is wrong and what to do.</summary>
    public string Finding => _finding.Value;

    private static string Look()
    {
        try
        {
            using var one = torch.ones(1);
            return one.item<float>() == 1f ? Ok : "libtorch computes wrongly.";
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException or NotSupportedException or System.Runtime.InteropServices.ExternalException or BadImageFormatException)
        {
            return "libtorch cannot be loaded. The log says what was tried; --torch-native DIR names another folder with it.";
        }
    }
}
