using FeedbackService.Api.TensorBoard;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Registers what the routes of fine-tuning need.</summary>
internal static class FineTuningServices
{
    /// <summary>Adds it. Needs storage, files, jobs and registry.</summary>
    public static IServiceCollection AddFineTuning(this IServiceCollection services)
    {
        services.AddSingleton<TrainingBases>();
        services.AddSingleton<TrainingWarnings>();
        services.AddSingleton<WorkerAbilities>();
        services.AddSingleton<TrainingPlanner>();
        services.AddSingleton<Estimator>();
        services.AddSingleton<TrainingHistory>();
        services.AddSingleton<FineTuningEventStream>();
        services.AddSingleton<TrainingEventFile>();
        return services;
    }
}
