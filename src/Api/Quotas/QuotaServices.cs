namespace FeedbackService.Api.Quotas;

/// <summary>Registers quotas.</summary>
internal static class QuotaServices
{
    /// <summary>Adds them.</summary>
    public static void AddQuotas(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<QuotaOptions>().Bind(configuration.GetSection(QuotaOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddHttpContextAccessor();
        services.AddSingleton<KeyQuotas>();
    }
}
