using FeedbackService.Model.Checkpoints;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Checkpoints;

public sealed class StateDictLoaderTests
{
    [Fact]
    public void Weights_AreCopiedBitForBit()
    {
        using var scope = NewDisposeScope();
        using var source = nn.Linear(3, 2);
        using var target = nn.Linear(3, 2);
        using var reader = Open(source.state_dict());

        StateDictLoader.Load(target, reader);

        Assert.Equal(source.weight!.bytes.ToArray(), target.weight!.bytes.ToArray());
        Assert.Equal(source.bias!.bytes.ToArray(), target.bias!.bytes.ToArray());
        Assert.True(target.weight.requires_grad);
    }

    [Fact]
    public void EveryDifference_IsListed_AndNothingIsLoaded()
    {
        using var scope = NewDisposeScope();
        using var target = nn.Sequential(("a", nn.Linear(3, 2)), ("b", nn.Linear(2, 2)));
        var before = target.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.bytes.ToArray());
        var state = target.state_dict();
        state.Remove("a.bias");
        state["a.weight"] = zeros(1, 3);
        state["b.bias"] = zeros(2, dtype: ScalarType.Float16);
        state["b.extra"] = zeros(1);
        using var reader = Open(state);

        var exception = Assert.Throws<StateDictMismatchException>(() => StateDictLoader.Load(target, reader));

        Assert.Equal(["a.bias"], exception.Missing);
        Assert.Equal(["b.extra"], exception.Unexpected);
        Assert.Equal(2, exception.Mismatched.Count);
        Assert.All(["a.bias", "b.extra", "Float32 [1, 3]", "Float32 [2, 3]", "b.bias"], part => Assert.Contains(part, exception.Message));
        Assert.All(target.state_dict(), pair => Assert.Equal(before[pair.Key], pair.Value.bytes.ToArray()));
    }

    [Fact]
    public void OtherPrecision_IsConvertedOnRequestOnly()
    {
        using var scope = NewDisposeScope();
        using var target = nn.Linear(3, 2);
        using var reader = Open(new() { ["weight"] = ones(2, 3, dtype: ScalarType.BFloat16), ["bias"] = ones(2) });

        Assert.Throws<StateDictMismatchException>(() => StateDictLoader.Load(target, reader));
        StateDictLoader.Load(target, reader, allowOtherPrecision: true);

        Assert.Equal(ScalarType.Float32, target.weight!.dtype);
        Assert.Equal(6f, target.weight.sum().item<float>());
    }

    private static SafetensorsReader Open(Dictionary<string, Tensor> state)
    {
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, state);
        return new SafetensorsReader(stream);
    }
}
