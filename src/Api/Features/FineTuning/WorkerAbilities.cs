using FeedbackService.Api.Errors;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Numerics;
using FeedbackService.Training.Options;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Refuses a training that none of the workers that are there can compute; when there is none, nothing is known.</summary>
internal sealed class WorkerAbilities(WorkerRegistry workers)
{
    /// <summary>Looks at the workers that take trainings.</summary>
    /// <param name="options">Effective options.</param>
    /// <param name="device">Which workers may take it; null: any.</param>
    /// <param name="path">Where the request has its options.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">400 <c>invalid_hyperparameters</c> naming the option.</exception>
    public async Task RequireAsync(TrainingOptions options, string? device, string path, CancellationToken cancellationToken)
    {
        if (options.Optimizer.Precision == ComputePrecision.Float32)
        {
            return;
        }

        var able = (await workers.ListAsync(cancellationToken))
            .Where(listed => listed.Status != WorkerStatus.Lost && WorkerRegistry.Takes(listed.Row, JobQueues.For(JobKind.Train)) && WorkerRegistry.Has(listed.Row, device))
            .Select(listed => WorkerRegistry.Has(listed.Row, WorkerDescription.Bf16)).ToList();
        if (able.Count > 0 && !able.Contains(true))
        {
            const string Message = "No worker that could take the training computes bfloat16. Leave precision at float32, or start a worker on a device that does.";
            var field = $"{path}.precision";
            throw new ServiceException(400, "invalid_hyperparameters", Message, field) { FieldErrors = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [Message] } };
        }
    }
}
