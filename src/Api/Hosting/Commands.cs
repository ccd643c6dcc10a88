using System.Collections;
using FeedbackService.Api.Jobs.Training;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Hosting;

/// <summary>What the program can do in place of starting the service; each says its answer and ends.</summary>
internal static class Commands
{
    /// <summary>Runs the command that the arguments ask for.</summary>
    /// <param name="args">Of the process.</param>
    /// <param name="environment">Environment variables.</param>
    /// <param name="output">Where answers go.</param>
    /// <returns>Exit code; null when the service is to be started.</returns>
    /// <exception cref="StartException">What is asked cannot be done; the message says why.</exception>
    public static async Task<int?> TryRunAsync(string[] args, IDictionary environment, TextWriter output)
    {
        if (TrainerCommand.TaskOf(args) is { } task)
        {
            return TrainerProcess.Run(task);
        }

        if (HealthCommand.IsMeantBy(args))
        {
            return await HealthCommand.RunAsync(args, environment, output);
        }

        if (KeyCommand.IsMeantBy(args))
        {
            return await KeyCommand.RunAsync(args, output, CancellationToken.None);
        }

        var line = CommandLine.Parse(args, environment);
        if (!line.WantsHelp && !line.WantsVersion)
        {
            return null;
        }

        await output.WriteAsync(line.WantsHelp ? CommandLine.Help() : ServiceVersion.Text + Environment.NewLine);
        return 0;
    }
}
