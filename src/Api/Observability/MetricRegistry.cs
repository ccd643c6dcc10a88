using Microsoft.Extensions.DependencyInjection.Extensions;
using Prometheus;

namespace FeedbackService.Api.Observability;

/// <summary>Where the parts of a host count.</summary>
internal static class MetricRegistry
{
    /// <summary>Adds it unless it is there. Not the library's static registry: two hosts in one process must not count together.</summary>
    public static IServiceCollection AddMetricRegistry(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => Metrics.NewCustomRegistry());
        return services;
    }
}
