using FeedbackService.Model.Classification;
using FeedbackService.Model.LanguageModeling;
using FeedbackService.Model.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>
/// A copy of a model in bfloat16 that steps compute with (Micikevicius et al. 2018, arXiv:1710.03740, section 3.1). The model keeps its weights in float32 and is what the optimizer
/// moves: before a step the copy takes them, rounded, and after the way back it gives its gradients.
/// </summary>
/// <remarks>
/// Nothing of a step stays in the copy, so checkpoints know nothing of it. bfloat16 has the range of float32: no gradient needs scaling, unlike the paper's in float16.
/// Where libtorch adds up many rows of a gradient itself, as for a table of tokens, it does so in the copy's element type. Buffers come back rounded: the only ones there are, directions of power
/// iterations, are where the next step's iteration begins.
/// </remarks>
internal sealed class ComputeCopy : IDisposable
{
    private readonly nn.Module _copy;
    private readonly (Parameter Model, Parameter Copy)[] _parameters;
    private readonly (Tensor Model, Tensor Copy)[] _buffers;

    private ComputeCopy(nn.Module model, nn.Module copy)
    {
        _copy = copy;
        var parameters = copy.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter, StringComparer.Ordinal);
        var buffers = copy.named_buffers().ToDictionary(entry => entry.name, entry => entry.buffer, StringComparer.Ordinal);
        _parameters = [.. model.named_parameters().Select(entry => (entry.parameter, parameters[entry.name]))];
        _buffers = [.. model.named_buffers().Select(entry => (entry.buffer, buffers[entry.name]))];
    }

    /// <summary>Makes the copy of a classifier.</summary>
    /// <param name="model">On its device.</param>
    /// <param name="device">Where it is.</param>
    /// <returns>The copy as a classifier in training, owned by the other.</returns>
    public static (TextClassifier Copy, ComputeCopy Owner) Of(TextClassifier model, Device device)
    {
        var copy = ClassifierFactory.Create(model.Config);
        copy.ComputeIn(ComputePrecision.Bfloat16);
        copy.to(device);
        return (copy, new ComputeCopy(model, copy));
    }

    /// <summary>Makes the copy of a masked language model.</summary>
    /// <inheritdoc cref="Of(TextClassifier, Device)"/>
    public static (MaskedLanguageModel Copy, ComputeCopy Owner) Of(MaskedLanguageModel model, Device device)
    {
        var copy = LanguageModelFactory.Create(model.Config);
        copy.ComputeIn(ComputePrecision.Bfloat16);
        copy.to(device);
        return (copy, new ComputeCopy(model, copy));
    }

    /// <summary>Takes the model's weights, and which of them learn.</summary>
    public void TakeWeights()
    {
        using var mode = no_grad();
        foreach (var (model, copy) in _parameters)
        {
            copy.requires_grad = model.requires_grad;
            copy.grad = null;
            copy.copy_(model);
        }

        foreach (var (model, copy) in _buffers)
        {
            copy.copy_(model);
        }
    }

    /// <summary>Adds the gradients of the last way back to the model's own, in the model's element type, and hands over what the way there has moved in buffers.</summary>
    public void GiveGradients()
    {
        using var mode = no_grad();
        foreach (var (model, copy) in _parameters)
        {
            if (copy.grad is { } gradient)
            {
                var wide = gradient.to(model.dtype);
                model.grad = model.grad is { } own ? own.Plus(wide) : wide;
                copy.grad = null;
            }
        }

        foreach (var (model, copy) in _buffers)
        {
            model.copy_(copy);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _copy.Dispose();
}
