using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Serving;

/// <summary>Registers what answers classification requests.</summary>
internal static class ServingRegistration
{
    /// <summary>Adds the queue, the inference thread, the model cache and the engine.</summary>
    public static IServiceCollection AddServing(this IServiceCollection services)
    {
        services.AddOptions<ServingOptions>().BindConfiguration(ServingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new InferenceQueue(provider.GetRequiredService<IOptions<ServingOptions>>().Value));
        services.AddSingleton<InferenceThread>();
        services.AddHostedService(provider => provider.GetRequiredService<InferenceThread>());
        services.AddSingleton<ModelCache>();
        services.AddSingleton<IClassificationEngine, ClassificationEngine>();
        return services;
    }
}
