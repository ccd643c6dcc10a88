using System.Globalization;
using FeedbackService.Accuracy;

// Does feedback pay, and what does each preset come to? Trainings on sets of one's own, each in a process of its own; what has a result is not run again.
//   dotnet run -c Release --project benchmarks/Accuracy -- DATA run [--full] [--minutes N] [--seeds N]   feedback against its rivals
//   dotnet run -c Release --project benchmarks/Accuracy -- DATA presets [--minutes N]                    every preset as it comes
//   dotnet run -c Release --project benchmarks/Accuracy -- DATA pretraining [--minutes N] [--seeds N] [--set NAME] [--epochs N]   masked-language pre-training against a start from nothing
//   dotnet run -c Release --project benchmarks/Accuracy -- DATA speed [--full]                           texts per second; with nothing else running
//   dotnet run -c Release --project benchmarks/Accuracy -- DATA report [--full]                          tables to standard output, plots to docs/feedback
// DATA holds a folder per set with train.csv and test.csv. Results are kept in benchmarks/Accuracy/results, artifacts in benchmarks/Accuracy/artifacts.
switch (args)
{
    case [TrainingChild.Mode, var order]:
        return ChildProcess.Answer<RunOrder, RunResult>(order, TrainingChild.Run);
    case [PretrainingChild.Mode, var order]:
        return ChildProcess.Answer<PretrainingOrder, PretrainingResult>(order, PretrainingChild.Run);
}

if (args is not [var data, "run" or "presets" or "pretraining" or "speed" or "report", ..] || !Directory.Exists(data))
{
    Console.Error.WriteLine("usage: DATA run|presets|pretraining|speed|report [--full] [--minutes N] [--seeds N] [--set NAME] [--epochs N]");
    return 2;
}

var home = Home();
var work = Path.Combine(home, "artifacts");
var results = new ResultFile<RunResult>(Path.Combine(home, "results", "runs.jsonl"));
var pretraining = new ResultFile<PretrainingResult>(Path.Combine(home, "results", "pretraining.jsonl"));
var speeds = new SpeedFile(Path.Combine(home, "results", "speed.json"));
var studies = Protocol.Feedback(args.Contains("--full"));
var deadline = TimeProvider.System.GetUtcNow().AddMinutes(Number("--minutes", 360));
switch (args[1])
{
    case "run":
        return await new Runner(data, work, results, deadline).RunAsync(studies, [.. Protocol.Seeds.Take(Number("--seeds", Protocol.Seeds.Count))]) ? 0 : 1;
    case "presets":
        return await new Runner(data, work, results, deadline).RunAsync(Protocol.Presets(), [Protocol.Seeds[0]]) ? 0 : 1;
    case "pretraining":
        return await new PretrainingRunner(data, pretraining, deadline, Sets(), Number("--epochs", 0) is > 0 and var epochs ? epochs : null).RunAsync([.. Protocol.Seeds.Take(Number("--seeds", 3))]) ? 0 : 1;
    case "speed":
        foreach (var study in studies.Concat(Protocol.Presets()))
        {
            var measured = Speed.Measure(study, data, work);
            if (measured.Count > 0)
            {
                var key = study.Arms.Count == 1 ? $"{study.Name}, as it comes" : study.Name;
                speeds.Set(key, measured);
                Console.WriteLine($"{key}: {string.Join(", ", measured.Select(pair => $"{pair.Key} {Speed.Format(pair.Value)}"))}");
            }
        }

        return 0;
    default:
        Report();
        return 0;
}

void Report()
{
    var (runs, perSecond) = (results.Read(), speeds.Read());
    var summaries = studies.Select(study => (Study: study, Arms: Summaries(study))).Where(study => study.Arms.Count > 1).ToList();
    foreach (var (study, arms) in summaries)
    {
        Console.WriteLine(Tables.Study(study, arms, perSecond.GetValueOrDefault(study.Name)));
    }

    Console.WriteLine(Tables.Rounds(summaries));
    var presets = from study in Protocol.Presets()
                  let run = runs.LastOrDefault(run => run.Study == study.Name && run.Arm == study.Arms[0].Name)
                  where run is not null
                  select (study, run, perSecond.TryGetValue($"{study.Name}, as it comes", out var speed) ? speed.Values.First() : (double?)null);
    Console.WriteLine(Tables.Presets(presets));
    Console.WriteLine(Tables.Pretraining(pretraining.Read()));
    if (summaries.Count > 0)
    {
        var plots = Path.Combine(home, "..", "..", "docs", "feedback");
        Plots.Gains(Path.Combine(plots, "gains.svg"), summaries);
        Plots.Rounds(Path.Combine(plots, "rounds.svg"), summaries);
    }
}

IReadOnlyList<ArmSummary> Summaries(Study study)
{
    var own = new Runner(data, work, results, deadline).ResultsOf(study);
    return own[Arm.Plain].Any() ? [.. study.Arms.Where(arm => own[arm.Name].Any()).Select(arm => new ArmSummary(arm, own))] : [];
}

IReadOnlyList<string> Sets() => Array.IndexOf(args, "--set") is >= 0 and var at && at + 1 < args.Length ? [args[at + 1]] : Protocol.Sets;

int Number(string name, int otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}

// From the output folder up to the project's.
static string Home()
{
    var folder = new DirectoryInfo(AppContext.BaseDirectory);
    while (!File.Exists(Path.Combine(folder.FullName, "FeedbackService.Accuracy.csproj")))
    {
        folder = folder.Parent ?? throw new DirectoryNotFoundException("Run it from the source tree.");
    }

    return folder.FullName;
}
