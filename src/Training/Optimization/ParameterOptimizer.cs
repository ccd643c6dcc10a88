using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Training.Optimization;

/// <summary>
/// An update rule with named state. Own code instead of TorchSharp's optimizers, because rows that were not looked up must
/// cost nothing, and the state must go to and come from a checkpoint bit for bit.
/// </summary>
/// <remarks>
/// State tensors are named <c>&lt;parameter&gt;.&lt;slot&gt;</c>. A gradient of rows comes from a table that was looked up; whatever
/// the rule of the other parameters, its rows are moved by <see cref="RowAdagrad"/>, and only they.
/// </remarks>
public abstract class ParameterOptimizer : IDisposable
{
    /// <summary>Slot with the number of steps taken. [1] int64.</summary>
    protected const string StepSlot = "step";

    private readonly SortedDictionary<string, Tensor> _state = new(StringComparer.Ordinal);

    /// <summary>Makes an optimizer of parameters that are already on their device.</summary>
    protected ParameterOptimizer(IReadOnlyList<TrainableParameter> parameters, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
        Parameters = parameters;
        WeightDecay = weightDecay;
    }

    /// <summary>What is moved.</summary>
    public IReadOnlyList<TrainableParameter> Parameters { get; }

    /// <summary>Weight decay λ of the parameters that decay.</summary>
    public double WeightDecay { get; }

    /// <summary>Everything a later process needs to go on, by name. Owned by the optimizer.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _state;

    /// <summary>Moves the parameters once.</summary>
    /// <param name="gradients">From <see cref="ParameterGradient.Collect"/>, perhaps clipped.</param>
    /// <param name="learningRate">η of this step.</param>
    public void Step(IReadOnlyList<ParameterGradient> gradients, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        using var noGradient = no_grad();
        foreach (var gradient in gradients)
        {
            using var scope = NewDisposeScope();
            var rate = learningRate * gradient.Parameter.LearningRateFactor;
            var decay = gradient.Parameter.Decays ? WeightDecay : 0;
            if (gradient.Rows is null)
            {
                StepDense(gradient, rate, decay);
            }
            else
            {
                var table = gradient.Parameter.Value;
                var sums = Slot(gradient.Parameter, RowAdagrad.Slot, () => zeros([table.shape[0]], ScalarType.Float32, table.device));
                RowAdagrad.Step(table, sums, gradient.Rows, gradient.Values, rate);
            }
        }
    }

    /// <summary>Takes over the state of a checkpoint.</summary>
    /// <param name="state">As <see cref="State"/> was; copied.</param>
    /// <exception cref="InvalidDataException">A name belongs to no parameter.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var noGradient = no_grad();
        Clear();
        foreach (var (name, value) in state)
        {
            var parameter = Parameters.FirstOrDefault(parameter => name.StartsWith(parameter.Name + ".", StringComparison.Ordinal) && !name[(parameter.Name.Length + 1)..].Contains('.', StringComparison.Ordinal))
                ?? throw new InvalidDataException($"The optimizer state '{name}' belongs to no parameter of this model.");
            var device = name.EndsWith("." + StepSlot, StringComparison.Ordinal) ? CPU : parameter.Value.device;
            _state[name] = value.to(device, copy: true).DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        GC.SuppressFinalize(this);
    }

    /// <summary>Moves a whole parameter.</summary>
    protected abstract void StepDense(ParameterGradient gradient, double rate, double decay);

    /// <summary>A state tensor like the parameter, zeros at first use.</summary>
    protected Tensor Slot(TrainableParameter parameter, string slot) => Slot(parameter, slot, () => zeros_like(parameter.Value));

    /// <summary>Counts one step of a parameter and says which it is.</summary>
    protected long CountStep(TrainableParameter parameter)
    {
        var counter = Slot(parameter, StepSlot, () => zeros([1], ScalarType.Int64, CPU));
        counter.AddInPlace(1);
        return counter.item<long>();
    }

    private Tensor Slot(TrainableParameter parameter, string slot, Func<Tensor> create)
    {
        var name = $"{parameter.Name}.{slot}";
        if (!_state.TryGetValue(name, out var value))
        {
            value = create().DetachFromDisposeScope();
            _state.Add(name, value);
        }

        return value;
    }

    private void Clear()
    {
        foreach (var value in _state.Values)
        {
            value.Dispose();
        }

        _state.Clear();
    }
}
