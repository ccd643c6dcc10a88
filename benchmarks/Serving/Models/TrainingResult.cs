namespace FeedbackService.ServingBenchmark.Models;

/// <summary>What a training process says in the end.</summary>
/// <param name="Tokens">Real tokens between the first and the last step that were reported.</param>
/// <param name="Texts">Texts of the file.</param>
/// <param name="Seconds">Between these steps, evaluations included.</param>
/// <param name="FlopPerToken">Of the plain pass over the file, on average.</param>
/// <param name="MatrixProduct">Operations per second before and after, in the same process with the same threads.</param>
internal sealed record TrainingResult(long Tokens, int Texts, double Seconds, double FlopPerToken, IReadOnlyList<double> MatrixProduct);
