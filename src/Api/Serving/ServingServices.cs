using FeedbackService.Api.Observability;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Api.Serving.Requests;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Numerics;
using Microsoft.Extensions.Options;
using Prometheus;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Api.Serving;

/// <summary>Registers what answers classification requests.</summary>
internal static partial class ServingServices
{
    /// <summary>Adds the queue, the inference thread, the model cache, what addresses mean, pinned models, and the service. Needs the registry.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Root of the configuration; section <c>Serving</c> is read.</param>
    /// <param name="device">auto, cpu or cuda:N.</param>
    /// <param name="threads">Threads of libtorch on a CPU, 1 or more.</param>
    /// <param name="answersRequests">Whether callers wait for this process, so that pinned models are worth their memory.</param>
    public static IServiceCollection AddServing(this IServiceCollection services, IConfiguration configuration, string device, int threads, bool answersRequests)
    {
        services.AddOptions<ServingOptions>().Bind(configuration.GetSection(ServingOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider =>
        {
            // The first use of libtorch in the process: threads must be set before anything else runs on it.
            TorchRuntime.EnsureLoaded();
            TorchRuntime.SetThreads(threads);
            var found = TorchRuntime.ParseDevice(device);
            RequirePrecision(found, provider);
            return found;
        });
        services.AddSingleton<ModelCosts>();
        services.AddSingleton(provider => new InferenceQueue(provider.GetRequiredService<IOptions<ServingOptions>>().Value, provider.GetRequiredService<ModelCosts>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ResultCache(provider.GetRequiredService<IOptions<ServingOptions>>().Value));
        services.AddMetricRegistry();
        services.AddSingleton(provider => new ServingMetrics(
            provider.GetRequiredService<CollectorRegistry>(),
            provider.GetRequiredService<InferenceQueue>(),
            provider.GetRequiredService<ResultCache>()));
        services.AddSingleton<InferenceThread>();
        services.AddHostedService(provider => provider.GetRequiredService<InferenceThread>());
        services.AddSingleton<SharedBases>();
        services.AddSingleton(provider => new ModelLoader(
            provider.GetRequiredService<IOptions<ServingOptions>>(),
            provider.GetRequiredService<Device>(),
            provider.GetRequiredService<SharedBases>(),
            provider.GetRequiredService<ILogger<ModelLoader>>(),
            // A worker's batches keep all threads busy anyway, and nobody is there for whom a text alone would be faster.
            answersRequests ? ThreadMeasurement.Measure : null));
        services.AddSingleton<ModelCache>();
        services.AddSingleton<SharedTexts>();
        services.AddSingleton<SharedInference>();
        services.AddSingleton<IClassificationEngine, ClassificationEngine>();
        services.AddSingleton<ModelWarmer>();
        services.AddSingleton<ModelRouteMetrics>();
        services.AddSingleton<ModelExchange>();
        services.AddSingleton<ModelRoutes>();
        services.AddHostedService<ModelRouteKeeper>();
        if (answersRequests)
        {
            services.AddSingleton<PinnedModels>();
            services.AddHostedService<PinnedModelKeeper>();
        }

        services.AddSingleton<OcclusionExplainer>();
        services.AddSingleton<ClassificationService>();
        return services;
    }

    private static void RequirePrecision(Device device, IServiceProvider provider)
    {
        var precision = provider.GetRequiredService<IOptions<ServingOptions>>().Value.Precision;
        TorchRuntime.RequirePrecision(device, precision, $"{ServingOptions.Section}:{nameof(ServingOptions.Precision)}");
        if (precision != ComputePrecision.Float32 && device.type == DeviceType.CPU)
        {
            LogSlow(provider.GetRequiredService<ILogger<InferenceThread>>());
        }
    }

    [LoggerMessage(LogLevel.Warning, "Serving:Precision is bfloat16 on a CPU: one without instructions for it takes many times as long as in float32")]
    private static partial void LogSlow(ILogger logger);
}
