using FeedbackService.Api.Errors;
using FeedbackService.Api.Features;
using FeedbackService.Api.Files;
using FeedbackService.Api.FirstStart;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Training;
using FeedbackService.Api.Observability;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Security;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Storage;
using FeedbackService.Training.Presets;

if (TrainerCommand.TaskOf(args) is { } task)
{
    return TrainerProcess.Run(task);
}

try
{
    if (HealthCommand.IsMeantBy(args))
    {
        return await HealthCommand.RunAsync(args, Environment.GetEnvironmentVariables(), Console.Out);
    }

    if (KeyCommand.IsMeantBy(args))
    {
        return await KeyCommand.RunAsync(args, Console.Out, CancellationToken.None);
    }

    var command = CommandLine.Parse(args, Environment.GetEnvironmentVariables());
    if (command.WantsHelp || command.WantsVersion)
    {
        Console.Out.Write(command.WantsHelp ? CommandLine.Help() : ServiceVersion.Text + Environment.NewLine);
        return 0;
    }

    var builder = HostingSetup.CreateBuilder(command);
    var options = builder.AddHosting();
    builder.AddApiJson();
    builder.AddErrors();
    builder.AddLogging(options);
    builder.AddHealth();
    builder.AddMetrics();
    builder.AddTracing();
    builder.AddOpenApi();
    builder.Services.AddStorage(_ => options.DataDir);
    builder.Services.AddFiles();
    builder.Services.AddRegistry(PresetCatalog.All.Select(preset => preset.Id));
    builder.Services.AddServing(builder.Configuration, options.Device, options.ServingThreads);
    builder.Services.AddJobs(builder.Configuration, work: options.Role != ServiceRole.Api);
    builder.AddSecurity(options);
    builder.AddFeatures();
    builder.Services.AddSingleton<FirstUse>();
    builder.Services.AddHostedService<SampleTraining>();

    var app = builder.Build();
    app.UseRequestIds();
    app.UseBrowserHeaders();
    app.UseRequestMetrics();
    app.UseRequestLog();
    app.UseErrors();
    app.UseOpenApi();
    app.UseSecurity();
    app.MapJobDashboard();
    app.MapHealth();
    app.MapFeatures();
    app.MapMetrics();
    await app.RunServiceAsync(options);
    return 0;
}
catch (StartException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
