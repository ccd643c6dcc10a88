using System.Runtime.InteropServices;
using FeedbackService.Model.Numerics;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Numerics;

public sealed class TensorArithmeticTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _left;
    private readonly Tensor _right;
    private readonly Tensor _whole = tensor(new long[] { -3, 0, 4 });
    private readonly Tensor _rows = tensor(new long[] { 1, 0, 1 });

    public TensorArithmeticTests()
    {
        manual_seed(5);
        _left = randn(3, 4);
        _right = randn(3, 4);
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Results_AreThoseOfTheOperatorsBitForBit()
    {
        var mask = _left.gt(0);
        AssertSame(_left + _right, _left.Plus(_right));
        AssertSame(_left + 0.3, _left.Plus(0.3));
        AssertSame(_left + 3, _left.Plus(3));
        AssertSame(_whole + _whole, _whole.Plus(_whole));
        AssertSame(_whole + 3, _whole.Plus(3));
        AssertSame(_whole + 0.3, _whole.Plus(0.3));
        AssertSame(_left.add(_right, 0.3), _left.PlusScaled(_right, 0.3));
        AssertSame(_left.index_add(0, _rows, _right, 1), _left.PlusRows(_rows, _right));
        AssertSame(_left - 0.3, _left.Minus(0.3));
        AssertSame(_left * 0.3, _left.Times(0.3));
        AssertSame(_left / 0.3, _left.DividedBy(0.3));
        AssertSame(_left >= 0.3, _left.IsAtLeast(0.3));
        AssertSame(_left.clamp_min(0.3), _left.ClampMin(0.3));
        AssertSame(_left.masked_fill(mask, float.NegativeInfinity), _left.MaskedFillWith(mask, float.NegativeInfinity));
    }

    [Fact]
    public void InPlaceResults_AreThoseOfTheMethodsBitForBit()
    {
        AssertChanges(copy => copy.add_(_right), copy => copy.AddInPlace(_right));
        AssertChanges(copy => copy.add_(0.3), copy => copy.AddInPlace(0.3));
        AssertChanges(copy => copy.add_(3), copy => copy.AddInPlace(3));
        AssertChanges(copy => copy.add_(_right, 0.3), copy => copy.AddScaledInPlace(_right, 0.3));
        AssertChanges(copy => copy.addcmul_(_right, _right, 0.3), copy => copy.AddProductInPlace(_right, _right, 0.3));
        AssertChanges(copy => copy.addcdiv_(_left, _right, 0.3), copy => copy.AddQuotientInPlace(_left, _right, 0.3));
        AssertChanges(copy => copy.index_add_(0, _rows, _right, 1), copy => copy.AddRowsInPlace(_rows, _right));
        AssertChanges(copy => copy.mul_(0.3), copy => copy.ScaleInPlace(0.3));
        AssertChanges(copy => copy.div_(0.3), copy => copy.DivideInPlace(0.3));
        AssertSame(_whole + 1, _whole.clone().AddInPlace(1));
    }

    [Fact]
    public void Gradients_FlowThrough()
    {
        var weight = ones(2, requires_grad: true);

        weight.Times(3).Plus(weight).Minus(1).DividedBy(2).Plus(0.5).sum().backward();

        AssertSame(full(2, 2f), weight.grad!);
    }

    // TorchSharp's own operators fail this in nearly every run.
    [Fact]
    public void CollectionsOnAnotherThread_DoNotDisturbAnyResult()
    {
        const int Length = 2_000_000;
        var halves = full(Length, 0.5f);
        var twos = full(Length, 2L);
        var numbers = tensor(new float[] { 1, 2, 3 });
        var collections = WhileCollecting(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                using var scope = NewDisposeScope();
                Assert.True(_whole.Plus(5).data<long>().ToArray() is [2, 5, 9]);
                Assert.True(numbers.Plus(numbers).data<float>().ToArray() is [2, 4, 6]);
                Assert.True(numbers.Times(0.5).data<float>().ToArray() is [0.5f, 1, 1.5f]);
            }

            // Libtorch converts the integers first and looks at the factor afterwards: ample time for a collection.
            for (var i = 0; i < 30; i++)
            {
                using var scope = NewDisposeScope();
                AssertAll(2.5f, twos.Plus(halves));
                AssertAll(1.5f, halves.clone().AddScaledInPlace(twos, 0.5));
            }
        });

        Assert.True(collections > 20, "Too few collections to prove anything.");
    }

    [Fact]
    public void Product_CallsNoUnsafeOperator() => Assert.Empty(TensorOperators.Unsafe(typeof(TensorArithmetic).Assembly));

    private static int WhileCollecting(Action work)
    {
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
#pragma warning disable RS0030 // Collections at the worst moments are what is tested.
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
#pragma warning restore RS0030
            }
        });
        var before = GC.CollectionCount(0);
        collector.Start();
        try
        {
            work();
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }

        return GC.CollectionCount(0) - before;
    }

    private static void AssertAll(float expected, Tensor actual) =>
        Assert.False(MemoryMarshal.Cast<byte, float>(actual.bytes).ContainsAnyExcept(expected));

    private void AssertChanges(Func<Tensor, Tensor> expected, Func<Tensor, Tensor> actual)
    {
        var copy = _left.clone();
        var returned = actual(copy);
        AssertSame(expected(_left.clone()), copy);
        AssertSame(copy, returned);
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.contiguous().bytes.ToArray(), actual.contiguous().bytes.ToArray());
    }
}
