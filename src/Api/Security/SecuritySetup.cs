using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Security;

/// <summary>Keys, scopes, sign-in, limits.</summary>
internal static class SecuritySetup
{
    /// <summary>Adds them.</summary>
    /// <exception cref="StartException">The configured key cannot be used.</exception>
    public static void AddSecurity(this WebApplicationBuilder builder, ServiceOptions options)
    {
        var services = builder.Services;
        services.AddKeys();
        services.AddSingleton(ConfiguredKey.From(options));
        services.AddSingleton<Openness>();
        services.AddSingleton<FirstKey>();
        services.AddSingleton<SignInCookie>();
        services.AddSingleton<Callers>();
        services.AddSingleton<KeyUse>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyUse>());
        services.AddHttpContextAccessor();
        services.AddSingleton<IInterceptor, CreatedByKeyStamp>();
        services.AddDataProtection().SetApplicationName("FeedbackService");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, CookieSecrets>();
        services.AddOptions<RateLimitOptions>().Bind(builder.Configuration.GetSection(RateLimitOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddRateLimiter();
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitOptions>>((limiter, limits) => RateLimits.Configure(limiter, limits.Value));
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. options.AllowedOrigins]).AllowAnyHeader().AllowAnyMethod()
            .WithExposedHeaders("x-request-id", "Location", "ETag", "Retry-After", "x-should-retry")));
    }

    /// <summary>Adds the keys alone, for the command line.</summary>
    public static void AddKeys(this IServiceCollection services)
    {
        services.AddSingleton<KeyRing>();
        services.AddSingleton<KeyStore>();
    }

    /// <summary>Who asks, how often, whether they may, and how much they send: in this order, so that guessing at keys is limited too.</summary>
    public static void UseSecurity(this WebApplication app)
    {
        app.UseCors();
        app.UseMiddleware<CallerMiddleware>();
        app.UseRateLimiter();
        app.UseMiddleware<AccessMiddleware>();
        app.UseMiddleware<BodyLimitMiddleware>();
    }

    // The secrets behind the cookies are kept: a sign-in outlives a restart, and processes that share a database share it.
    private sealed class CookieSecrets(
        DataFolder folder, DatabaseSettings database, IDbContextFactory<AppDbContext> contexts, TimeProvider clock, ILoggerFactory logs) : IConfigureOptions<KeyManagementOptions>
    {
        public void Configure(KeyManagementOptions options) => options.XmlRepository = database.IsShared
            ? new SharedCookieSecrets(contexts, clock)
            : new FileSystemXmlRepository(new DirectoryInfo(folder.CookieSecrets), logs);
    }
}
