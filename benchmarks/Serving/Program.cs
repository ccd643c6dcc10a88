using FeedbackService.Accuracy;
using FeedbackService.Model.Inference;
using FeedbackService.ServingBenchmark;
using FeedbackService.ServingBenchmark.Models;
using FeedbackService.ServingBenchmark.Sections;

// What does the service do for its machine, beside its peers with the same weights: ONNX Runtime in process, and a minimal Node server. One command for all of it:
//   dotnet run -c Release --project benchmarks/Serving -- DATA all
// and one for each part; --help has parts and options. With nothing else running: peers take turns, so other work meets all of them, but it meets the matrix product and the clients too.
// Trains its classifiers at the first run and keeps them in benchmarks/Serving/artifacts. Adds what it measured to benchmarks/RESULTS.md, and draws docs/serving/exit-threshold.svg.
// Needs Node.js 20 with npm; profile and CPU times of threads are those of Linux. Ends with 1 when a request failed or was answered wrongly; goals that are missed only show in the table.
if (args is [TrainingChild.Mode, var order])
{
    return ChildProcess.Answer<TrainingOrder, TrainingResult>(order, TrainingChild.Run);
}

Settings settings;
try
{
    settings = Settings.Parse(args);
}
catch (Exception wrong) when (wrong is FormatException or OverflowException)
{
    Console.Error.WriteLine($"{wrong.Message}{Environment.NewLine}{Settings.Usage}");
    return 2;
}

var models = new TrainedModels(settings);
var sections = new Dictionary<string, ISection>
{
    ["throughput"] = new Throughput(settings, models),
    ["int8"] = new Quantised(settings, models),
    ["latency"] = new Latency(settings, models),
    ["exit"] = new ExitCurve(settings, models),
    ["overload"] = new Overload(settings, models),
    ["swap"] = new HotSwap(settings, models),
    ["soak"] = new Soak(settings, models),
    ["batch"] = new BatchFile(settings, models),
    ["training"] = new TrainingRate(settings),
};
if (settings.Section is not ("all" or "model") && !sections.ContainsKey(settings.Section))
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

if (settings.Section is "all" or "model")
{
    Console.WriteLine($"{await models.PlainAsync()}{Environment.NewLine}{await models.WithRoundsAsync()}");
    if (settings.Section == "model")
    {
        return 0;
    }
}

TorchRuntime.SetThreads(Environment.ProcessorCount);
var report = new Report($"{MachineFacts.Today}: serving, {settings.Set}, {settings.Models}{(settings.Section == "all" ? "" : $", {settings.Section} alone")}", MachineFacts.Describe());
try
{
    foreach (var (name, section) in sections)
    {
        if (settings.Section == "all" || settings.Section == name)
        {
            await section.RunAsync(report);
        }
    }
}
finally
{
    // What was measured before something failed has taken long.
    report.Save(Places.Results(settings));
}

return report.IsSound ? 0 : 1;
