using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Requests;

namespace FeedbackService.Api.Jobs.Classification;

/// <summary>Answers one asynchronous request. Its spec is the request as it came, its result the answer as a synchronous one would have it.</summary>
internal sealed class ClassificationJobRunner(ClassificationService service) : IJobRunner
{
    /// <inheritdoc/>
    public async Task<JobOutcome> RunAsync(JobLease lease, CancellationToken stopping)
    {
        var request = JsonSerializer.Deserialize<ClassifyRequest>(lease.Job.SpecJson, ApiJson.Options)!;
        var answer = await service.AnswerAsync(request, lease.JobId, WorkPriority.Background, stopping);
        return new JobOutcome(JsonSerializer.Serialize(answer, ApiJson.Options));
    }
}
