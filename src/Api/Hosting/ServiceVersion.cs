using System.Reflection;

namespace FeedbackService.Api.Hosting;

/// <summary>Version of this build.</summary>
public static class ServiceVersion
{
    /// <summary>Such as <c>0.1.0</c>.</summary>
    public static string Text { get; } =
        typeof(ServiceVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
