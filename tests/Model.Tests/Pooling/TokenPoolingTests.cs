using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Pooling;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Pooling;

public sealed class TokenPoolingTests
{
    // Two texts: rows 0-1 and row 2. All values of the last are negative: padding by zero would win its maximum.
    private static readonly float[] Rows = [1, -2, 3, 4, -5, -6];

    private static readonly float Root = 1 / MathF.Sqrt(2);

    public static TheoryData<PoolingKind, float[], float[]> Expected => new()
    {
        { PoolingKind.Mean, [2, 1, -5, -6], [0.5f, 0.5f, 0.5f, 0.5f, 1, 1] },
        { PoolingKind.Max, [3, 4, -5, -6], [0, 0, 1, 1, 1, 1] },
        { PoolingKind.MeanMax, [2, 1, 3, 4, -5, -6, -5, -6], [0.5f, 0.5f, 1.5f, 1.5f, 2, 2] },
        { PoolingKind.SqrtN, [4 * Root, 2 * Root, -5, -6], [Root, Root, Root, Root, 1, 1] },
        { PoolingKind.SqrtNMax, [4 * Root, 2 * Root, 3, 4, -5, -6, -5, -6], [Root, Root, 1 + Root, 1 + Root, 2, 2] },
        { PoolingKind.Cls, [1, -2, -5, -6], [1, 1, 0, 0, 1, 1] },
    };

    [Theory]
    [MemberData(nameof(Expected))]
    public void Pool_GivesValuesAndGradientsOfItsDefinition(PoolingKind kind, float[] values, float[] gradients)
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout([2, 1], CPU);
        var rows = tensor(Rows, [3, 2], requires_grad: true);

        var pooled = TokenPooling.Pool(new TokenBatch(rows, layout), kind);
        pooled.sum().backward();

        Assert.Equal([2, TokenPooling.Width(kind, 2)], pooled.shape);
        AssertClose(values, pooled);
        AssertClose(gradients, rows.grad!);
    }

    [Theory]
    [MemberData(nameof(Expected))]
    public void Pool_GivesTheSameValuesWithoutGradients(PoolingKind kind, float[] values, float[] gradients)
    {
        Assert.NotEmpty(gradients);
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var layout = new TokenLayout([2, 1], CPU);

        var pooled = TokenPooling.Pool(new TokenBatch(tensor(Rows, [3, 2]), layout), kind);

        AssertClose(values, pooled);
    }

    private static void AssertClose(float[] expected, Tensor actual) =>
        Assert.All(expected.Zip(actual.data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
}
