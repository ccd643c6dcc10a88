using FeedbackService.Api.Errors;
using FeedbackService.Api.Features;
using FeedbackService.Api.Files;
using FeedbackService.Api.FirstStart;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Observability;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Security;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Training.Presets;

try
{
    var environment = Environment.GetEnvironmentVariables();
    if (await Commands.TryRunAsync(args, environment, Console.Out) is { } exitCode)
    {
        return exitCode;
    }

    var builder = HostingSetup.CreateBuilder(CommandLine.Parse(args, environment));
    var options = builder.AddHosting();
    builder.AddApiJson();
    builder.AddErrors();
    builder.AddLogging(options);
    builder.AddHealth();
    builder.AddMetrics();
    builder.AddTracing();
    builder.AddOpenApi();
    builder.Services.AddStorage(_ => options.DataDir, options.Database);
    builder.Services.AddChangeWatcher();
    builder.Services.AddContentSettings(builder.Configuration);
    builder.Services.AddFiles();
    builder.Services.AddRegistry(PresetCatalog.All.Select(preset => preset.Id));
    builder.Services.AddServing(builder.Configuration, options.Device, options.ServingThreads, options.AnswersRequests);
    builder.Services.AddJobs(builder.Configuration, work: options.TakesJobs);
    builder.AddSecurity(options);
    builder.AddFeatures();
    builder.Services.AddFirstStart();

    var app = builder.Build();
    app.UseRequestIds();
    app.UseBrowserHeaders();
    app.UseRequestMetrics();
    app.UseRequestLog();
    app.UseErrors();
    app.UseOpenApi(options);
    app.UseSecurity();
    app.UseMiddleware<DeadlineMiddleware>();
    app.MapHealth();
    app.MapFeatures(options);
    app.MapMetrics();
    await app.RunServiceAsync(options);
    return 0;
}
catch (StartException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
