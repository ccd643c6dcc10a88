using FeedbackService.Model.Inference;
using TorchSharp;

namespace FeedbackService.Api.Observability;

/// <summary>Whether tensors work on this machine; looked at once, for a library that does not load never will.</summary>
internal sealed class TorchCheck
{
    /// <summary>Nothing stands in the way.</summary>
    public const string Ok = "ok";

    private readonly Lazy<string> _finding = new(Look);

    /// <summary><see cref="Ok"/>, or what is wrong and what to do.</summary>
    public string Finding => _finding.Value;

    private static string Look()
    {
        try
        {
            TorchRuntime.EnsureLoaded();
            using var one = torch.ones(1);
            return one.item<float>() == 1f ? Ok : "libtorch computes wrongly.";
        }
        catch (TorchNotLoadedException error)
        {
            return error.Message;
        }
    }
}
