using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>The Dockerfile as a list of instructions.</summary>
/// <param name="Stages">Per stage, what follows its FROM; before the first stage, the global arguments.</param>
internal sealed partial record Dockerfile(IReadOnlyList<IReadOnlyList<Dockerfile.Instruction>> Stages)
{
    /// <summary>Root of the repository.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));

    public IReadOnlyList<Instruction> Globals => Stages[0];

    public IReadOnlyList<Instruction> Build => Stages[1];

    public IReadOnlyList<Instruction> Runtime => Stages[^1];

    public static Dockerfile Read()
    {
        var lines = File.ReadLines(Path.Combine(Root, "Dockerfile")).Where(line => !line.StartsWith('#'));
        var stages = new List<List<Instruction>> { new() };
        foreach (var line in string.Join('\n', lines).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ', 2);
            if (parts[0] == "FROM")
            {
                stages.Add([]);
            }
            stages[^1].Add(new Instruction(parts[0], Spaces().Replace(parts[1], " ").Trim()));
        }
        return new Dockerfile(stages);
    }

    /// <summary>Value of an environment variable in the runtime stage.</summary>
    public string? Environment(string name) =>
        Runtime.Where(line => line.Name == "ENV").SelectMany(line => line.Arguments.Split(' '))
            .Select(pair => pair.Split('=', 2)).FirstOrDefault(pair => pair[0] == name)?[1];

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();

    private static string Here([CallerFilePath] string here = "") => here;

    internal sealed record Instruction(string Name, string Arguments);
}
