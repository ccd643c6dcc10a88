using FeedbackService.Api.Hosting;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FeedbackService.ServingBenchmark.Service;

/// <summary>Puts artifacts into the registry of a data folder before the service starts on it: over HTTP come checkpoints of other families and trainings alone.</summary>
internal static class Registration
{
    /// <summary>Makes versions of a model, one per artifact, in their order.</summary>
    public static async Task AddAsync(string dataFolder, string name, IReadOnlyList<string> artifacts)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Critical);
        builder.Services.AddSingleton(Options.Create(new ServiceOptions { DataDir = dataFolder }));
        builder.Services.AddStorage(_ => dataFolder);
        builder.Services.AddRegistry([]);
        using var host = builder.Build();
        await host.StartAsync();
        foreach (var artifact in artifacts)
        {
            await AddAsync(host.Services, name, artifact);
        }

        await host.StopAsync();
    }

    private static async Task AddAsync(IServiceProvider services, string name, string artifact)
    {
        var publisher = services.GetRequiredService<ModelPublisher>();
        var stored = await publisher.StoreAsync(Copy(artifact, services.GetRequiredService<DataFolder>().Staging), CancellationToken.None);
        await using var db = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, CancellationToken.None);
        await publisher.AddVersionAsync(db, name, stored, null, null, TimeProvider.System.NowMicroseconds(), CancellationToken.None);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    // What is stored is moved.
    private static string Copy(string artifact, string staging)
    {
        var copy = Directory.CreateDirectory(Path.Combine(staging, Path.GetRandomFileName())).FullName;
        foreach (var file in Directory.EnumerateFiles(artifact))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }
}
