namespace FeedbackService.ServingBenchmark.Load;

/// <summary>What became of arrivals.</summary>
/// <param name="AllAnswered">Ends when every request is answered.</param>
/// <param name="Requests">Complete then.</param>
/// <param name="Duration">Of the arrivals.</param>
internal sealed record OpenLoopResult(Task AllAnswered, IReadOnlyCollection<OpenLoopRequest> Requests, TimeSpan Duration)
{
    /// <summary>Answers of 200 per second while requests came.</summary>
    public double Goodput => Requests.Count(request => request.Status == 200 && request.Answered <= Duration.TotalSeconds) / Duration.TotalSeconds;

    /// <summary>Requests that came per second.</summary>
    public double Offered => Requests.Count / Duration.TotalSeconds;

    /// <summary>How many were answered so.</summary>
    public int Count(int status) => Requests.Count(request => request.Status == status);
}
