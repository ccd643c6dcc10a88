using FeedbackService.Testing;
using FeedbackService.Training.Optimization;

namespace FeedbackService.Training.Tests.Optimization;

public sealed class TensorOperatorsTests
{
    [Fact]
    public void Product_CallsNoUnsafeOperator() => Assert.Empty(TensorOperators.Unsafe(typeof(ParameterOptimizer).Assembly));
}
