namespace FeedbackService.Api.FirstStart;

/// <summary>What a service does that has nothing yet.</summary>
internal static class FirstStartServices
{
    /// <summary>Adds the training of the bundled sample.</summary>
    public static IServiceCollection AddFirstStart(this IServiceCollection services)
    {
        services.AddSingleton<FirstUse>();
        services.AddHostedService<SampleTraining>();
        return services;
    }
}
