using FeedbackService.Training.Determinism;
using FeedbackService.Training.Metrics;

namespace FeedbackService.Training.Tests.Metrics;

public sealed class TemperatureScalingTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void Fit_FindsTheTemperatureTheDataWereMadeWith(double temperature)
    {
        (float[][] logits, int[] truths) = Sample(4_000, 5, temperature);

        double fitted = TemperatureScaling.Fit(logits, truths);

        // Standard error of T at this size is about 3 %.
        Assert.InRange(fitted / temperature, 0.9, 1.1);
        Assert.True(Loss(logits, truths, fitted) <= Loss(logits, truths, 1) + 1e-6);
        Assert.True(Loss(logits, truths, fitted) <= Loss(logits, truths, fitted * 1.05));
        Assert.True(Loss(logits, truths, fitted) <= Loss(logits, truths, fitted / 1.05));
    }

    [Fact]
    public void Fit_KeepsTheBestLabel()
    {
        (float[][] logits, int[] truths) = Sample(200, 4, 5);
        double fitted = TemperatureScaling.Fit(logits, truths);

        Assert.All(logits, row => Assert.Equal(Array.IndexOf(row, row.Max()), ArgMax([.. row.Select(z => z / fitted)])));
    }

    [Fact]
    public void Fit_WithoutAMistakeInTheData_StaysModest()
    {
        float[][] logits = [.. Enumerable.Range(0, 10).Select(i => i % 2 == 0 ? new[] { 2f, 0 } : [0, 2f])];
        double fitted = TemperatureScaling.Fit(logits, [.. Enumerable.Range(0, 10).Select(i => i % 2)]);
        double top = 1 / (1 + Math.Exp(-2 / fitted));

        // One in twelve is held possible, half of it in favour of the other label.
        Assert.Equal(1 - (1.0 / 24), top, 4);
    }

    [Fact]
    public void Fit_StaysInItsRange()
    {
        Assert.Equal(TemperatureScaling.Highest, TemperatureScaling.Fit([[900f, 0], [0, 900f]], [1, 0]), 3);
        Assert.Equal(TemperatureScaling.Lowest, TemperatureScaling.Fit([[0.001f, 0], [0, 0.001f]], [0, 1]), 3);
        Assert.Equal(1, TemperatureScaling.Fit([], []));
        Assert.Equal(1, TemperatureScaling.Fit([[1f, 1f]], [0]));
    }

    [Fact]
    public void FitMultiLabel_FindsTheTemperatureTheDataWereMadeWith()
    {
        var random = new SplitMix64(8);
        float[][] calibrated = [.. Enumerable.Range(0, 3_000).Select(_ => Enumerable.Range(0, 4).Select(_ => (float)Normal(ref random)).ToArray())];
        int[][] truths = [.. calibrated.Select(row => Enumerable.Range(0, 4).Where(label => random.NextDouble() < 1 / (1 + Math.Exp(-row[label]))).ToArray())];

        double fitted = TemperatureScaling.FitMultiLabel([.. calibrated.Select(row => row.Select(z => 2.5f * z).ToArray())], truths);

        Assert.InRange(fitted, 2.25, 2.75);
    }

    [Fact]
    public void Fit_RefusesWhatHasNoLikelihood()
    {
        Assert.Throws<ArgumentException>(() => TemperatureScaling.Fit([[float.NaN, 0]], [0]));
        Assert.Throws<ArgumentException>(() => TemperatureScaling.Fit([[1, 0]], [0, 1]));
    }

    // Labels drawn from softmax(z), logits handed over as T·z.
    private static (float[][] Logits, int[] Truths) Sample(int count, int labels, double temperature)
    {
        var random = new SplitMix64(11);
        float[][] logits = new float[count][];
        int[] truths = new int[count];
        for (int i = 0; i < count; i++)
        {
            double[] z = new double[labels];
            for (int label = 0; label < labels; label++)
            {
                z[label] = 1.5 * Normal(ref random);
            }

            double left = random.NextDouble() * z.Sum(Math.Exp);
            while (left > Math.Exp(z[truths[i]]) && truths[i] < labels - 1)
            {
                left -= Math.Exp(z[truths[i]++]);
            }

            logits[i] = [.. z.Select(value => (float)(temperature * value))];
        }

        return (logits, truths);
    }

    private static double Normal(ref SplitMix64 random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Loss(float[][] logits, int[] truths, double temperature) => logits.Zip(truths, (row, truth) =>
        Math.Log(row.Sum(z => Math.Exp((z - row[truth]) / temperature)))).Average();

    private static int ArgMax(double[] values) => Array.IndexOf(values, values.Max());
}
