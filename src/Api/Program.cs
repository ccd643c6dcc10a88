using FeedbackService.Api.Errors;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Observability;

try
{
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

    var app = builder.Build();
    app.UseRequestIds();
    app.UseRequestLog();
    app.UseErrors();
    app.MapHealth();
    await app.RunServiceAsync(options);
    return 0;
}
catch (StartException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
