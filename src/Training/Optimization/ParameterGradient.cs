using static TorchSharp.torch;

namespace FeedbackService.Training.Optimization;

/// <summary>The gradient of one parameter after a backward pass: of all of it, or of the rows that were looked up.</summary>
/// <param name="Parameter">Whose gradient it is.</param>
/// <param name="Values">The parameter's shape, or [R, H] when <paramref name="Rows"/> is given.</param>
/// <param name="Rows">Distinct rows of the parameter that <paramref name="Values"/> belong to; null for a dense gradient.</param>
public sealed record ParameterGradient(TrainableParameter Parameter, Tensor Values, long[]? Rows = null)
{
    /// <summary>Takes the gradients of the last backward pass; parameters without one are left out.</summary>
    /// <remarks>The tensors belong to the dispose scope around the training step.</remarks>
    public static List<ParameterGradient> Collect(IReadOnlyList<TrainableParameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var noGradient = no_grad();
        var gradients = new List<ParameterGradient>(parameters.Count);
        foreach (var parameter in parameters)
        {
            if (parameter.Value.grad is not { } gradient)
            {
                continue;
            }

            if (!gradient.is_sparse)
            {
                gradients.Add(new ParameterGradient(parameter, gradient));
                continue;
            }

            var indices = gradient.SparseIndices.flatten().cpu(); // [1, N] → [N]
            var (rows, sums) = GradientRows.Merge(indices.data<long>().ToArray(), gradient.SparseValues.contiguous());
            gradients.Add(new ParameterGradient(parameter, sums, rows));
        }

        return gradients;
    }
}
