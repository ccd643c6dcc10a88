using System.Text.Json;

namespace FeedbackService.Model.Files;

/// <summary>A value of a JSON file that knows where it stands, so that a refusal can name it.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Path">Members from the root, parted by points; empty for the root.</param>
/// <param name="Value">The value; undefined when it is absent.</param>
internal readonly record struct JsonMember(string File, string Path, JsonElement Value)
{
    private const int MostShown = 60;

    /// <summary>Whether there is a value other than null.</summary>
    public bool IsGiven => Value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>Whether the member is there, be it null.</summary>
    public bool IsStated => Value.ValueKind != JsonValueKind.Undefined;

    /// <summary>A member of this object.</summary>
    public JsonMember this[string name] => At(name, Object().TryGetProperty(name, out var value) ? value : default);

    /// <summary>The first of these members that has a value; the first of them all when none has.</summary>
    public JsonMember First(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (this[name] is { IsGiven: true } given)
            {
                return given;
            }
        }

        return this[names[0]];
    }

    /// <summary>The members of this object.</summary>
    public IEnumerable<(string Name, JsonMember Member)> Members()
    {
        var at = this;
        return Object().EnumerateObject().Select(member => (member.Name, at.At(member.Name, member.Value)));
    }

    /// <summary>The elements of this array.</summary>
    public IEnumerable<JsonMember> Elements()
    {
        var at = this;
        return Value.ValueKind == JsonValueKind.Array
            ? Value.EnumerateArray().Select((element, index) => at with { Path = $"{at.Path}[{index}]", Value = element })
            : throw Needed("must be an array.");
    }

    /// <summary>The text, or <paramref name="absent"/> for null and where there is none.</summary>
    public string? Text(string? absent = null) => !IsGiven ? absent
        : Value.ValueKind == JsonValueKind.String ? Value.GetString()
        : throw Refused("must be text.");

    /// <summary>The text, which must be there.</summary>
    public string NeededText() => Text() ?? throw Needed("must be text.");

    /// <summary>True or false, or <paramref name="absent"/> for null and where there is none.</summary>
    public bool? Flag(bool? absent = null) => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => absent,
        _ => throw Refused("must be true or false."),
    };

    /// <summary>A whole number within the bounds.</summary>
    public int Whole(int least = 0, int most = int.MaxValue) =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Needed(most == int.MaxValue ? $"must be a whole number of at least {least}." : $"must be a whole number from {least} to {most}.");

    /// <summary>A whole number within the bounds, or <paramref name="absent"/> for null and where there is none.</summary>
    public int WholeOr(int absent, int least, int most) => IsGiven ? Whole(least, most) : absent;

    /// <summary>A number in [<paramref name="least"/>, <paramref name="below"/>), or <paramref name="absent"/> for null and where there is none.</summary>
    public double NumberOr(double absent, double least, double below) =>
        !IsGiven ? absent
        : Value.ValueKind == JsonValueKind.Number && Value.TryGetDouble(out var number) && number >= least && number < below ? number
        : throw Refused($"must be a number from {least} to below {below}.");

    /// <summary>Tokens by id, where this is an object of ids by token.</summary>
    /// <exception cref="InvalidFileException">An id stands twice or is missing, or there are none or more than <paramref name="most"/>.</exception>
    public string[] TokensById(int most)
    {
        var count = Object().GetPropertyCount();
        if (count is 0 || count > most)
        {
            throw new InvalidFileException(File, $"{Name} has {count} tokens; 1 to {most} are needed.");
        }

        var tokens = new string?[count];
        foreach (var (token, member) in Members())
        {
            if (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetInt32(out var id) || id < 0 || id >= count || tokens[id] is not null)
            {
                throw new InvalidFileException(
                    File, $"{Name}: the {count} tokens must have the ids 0 to {count - 1}, each once; {member.Shown} is not one that is left.");
            }

            tokens[id] = token;
        }

        return tokens!;
    }

    /// <summary>Refuses every member but these.</summary>
    public JsonMember Only(params ReadOnlySpan<string> names)
    {
        foreach (var (name, member) in Members())
        {
            if (!names.Contains(name))
            {
                throw member.Refused("is a member that is not known here; remove it if it means nothing.");
            }
        }

        return this;
    }

    /// <summary>The refusal of this value.</summary>
    /// <param name="reason">Goes on after the name of the member.</param>
    public InvalidFileException Refused(string reason) => new(File, $"{Name} {(IsStated ? $"({Shown}) " : "")}{reason}");

    private string Name => Path.Length == 0 ? "the file" : Path;

    // As it may stand in a message: cut, and on one line.
    private string Shown => Value.GetRawText().ReplaceLineEndings(" ") is var text && text.Length <= MostShown ? text : text[..MostShown] + "…";

    private InvalidFileException Needed(string reason) => IsGiven ? Refused(reason) : new InvalidFileException(File, $"{Name} is missing; it {reason}");

    private JsonMember At(string name, JsonElement value) => new(File, Path.Length == 0 ? name : $"{Path}.{name}", value);

    private JsonElement Object() => Value.ValueKind == JsonValueKind.Object ? Value : throw Needed("must be an object.");
}
