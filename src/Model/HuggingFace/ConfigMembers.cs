using System.Text.Json;

namespace FeedbackService.Model.HuggingFace;

/// <summary>Reads members of <c>config.json</c>, each under any of its names. A member of another type than it should have, or out of range, is an error that names it.</summary>
internal sealed class ConfigMembers(JsonElement root)
{
    /// <summary>A whole number; <paramref name="otherwise"/> when it is missing or null.</summary>
    /// <exception cref="InvalidCheckpointException">It is missing and has no default, or is no whole number in the range.</exception>
    public int Whole(int? otherwise, int least, int most, params string[] names)
    {
        if (Find(names) is not { } member)
        {
            return otherwise ?? throw Wrong(names[0], "is missing");
        }

        return member.ValueKind == JsonValueKind.Number && member.TryGetInt32(out var value) && value >= least && value <= most
            ? value
            : throw Wrong(names[0], $"is {Shown(member)}; a whole number from {least} to {most} is needed");
    }

    /// <summary>A number in [<paramref name="least"/>, <paramref name="below"/>).</summary>
    /// <exception cref="InvalidCheckpointException">It is no such number.</exception>
    public double Number(double otherwise, double least, double below, params string[] names)
    {
        if (Find(names) is not { } member)
        {
            return otherwise;
        }

        return member.ValueKind == JsonValueKind.Number && member.TryGetDouble(out var value) && value >= least && value < below
            ? value
            : throw Wrong(names[0], $"is {Shown(member)}; a number from {least} to below {below} is needed");
    }

    /// <summary>A text; null when it is missing or null.</summary>
    /// <exception cref="InvalidCheckpointException">It is no text.</exception>
    public string? Text(string name) => Find(name) is not { } member ? null
        : member.ValueKind == JsonValueKind.String ? member.GetString()
        : throw Wrong(name, $"is {Shown(member)}; a string is needed");

    /// <summary>True or false.</summary>
    /// <exception cref="InvalidCheckpointException">It is neither.</exception>
    public bool Flag(bool otherwise, string name) => Find(name) is not { } member ? otherwise
        : member.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.GetBoolean()
        : throw Wrong(name, $"is {Shown(member)}; true or false is needed");

    /// <summary>The member; null when it is missing or null.</summary>
    public JsonElement? Find(params string[] names)
    {
        foreach (var name in names)
        {
            if (root.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>An error about a member.</summary>
    public static InvalidCheckpointException Wrong(string name, string reason) => new(CheckpointFiles.Config, $"{name} {reason}.");

    /// <summary>A value as it is written, cut to what a message can bear.</summary>
    public static string Shown(JsonElement member)
    {
        const int Most = 60;
        var text = member.GetRawText();
        return text.Length <= Most ? text : text[..Most] + "…";
    }
}
