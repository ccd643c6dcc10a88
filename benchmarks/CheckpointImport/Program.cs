using System.Diagnostics;
using FeedbackService.CheckpointImport;

// Peak memory and seconds to import a checkpoint of BERT-base's size, whose weights are random. Linux only: it reads /proc/self/status.
// The import runs in a process of its own, so that nothing of the making counts.
if (args is ["--import", var checkpoint, var artifact])
{
    Console.WriteLine(Import.Run(checkpoint, artifact));
    return 0;
}

var folder = Directory.CreateTempSubdirectory("checkpoint-import-");
try
{
    var made = RandomCheckpoint.Write(folder.FullName);
    for (var round = 1; round <= 3; round++)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (var argument in new[] { "--import", made, Path.Combine(folder.FullName, $"artifact-{round}") })
        {
            start.ArgumentList.Add(argument);
        }

        using var child = Process.Start(start)!;
        Console.Write(await child.StandardOutput.ReadToEndAsync());
        await child.WaitForExitAsync();
        if (child.ExitCode != 0)
        {
            return child.ExitCode;
        }
    }

    return 0;
}
finally
{
    folder.Delete(recursive: true);
}
