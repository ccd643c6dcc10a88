using static TorchSharp.torch;

namespace FeedbackService.Model.Checkpoints;

/// <summary>A tensor to be written that need not exist until its turn comes.</summary>
/// <param name="Name">Its key in the file.</param>
/// <param name="Dtype">Element type of what <paramref name="Read"/> gives.</param>
/// <param name="Shape">Shape of it.</param>
/// <param name="Read">Gives it, in the current dispose scope or owned by someone else; on any device, contiguous or not.</param>
public sealed record TensorSource(string Name, ScalarType Dtype, IReadOnlyList<long> Shape, Func<Tensor> Read)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => checked(product * dimension));

    /// <summary>Tensors that exist, such as those of a <c>state_dict()</c>. Not owned.</summary>
    public static IReadOnlyList<TensorSource> Of(IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return [.. tensors.Select(pair => new TensorSource(pair.Key, pair.Value.dtype, pair.Value.shape, () => pair.Value))];
    }

    /// <summary>The same with its values in another floating-point type; itself when it has that type or holds no floating-point numbers.</summary>
    public TensorSource In(ScalarType dtype) =>
        SafetensorsDtype.IsFloat(Dtype) && Dtype != dtype ? new TensorSource(Name, dtype, Shape, () => Read().detach().to(dtype)) : this;
}
