using System.Text.Json;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>A value of a JSON file that knows where it stands, so that a refusal can name it.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Path">Members from the root, parted by points; empty for the root.</param>
/// <param name="Value">The value; undefined when it is absent.</param>
internal readonly record struct JsonMember(string File, string Path, JsonElement Value)
{
    /// <summary>Whether there is a value other than null.</summary>
    public bool IsGiven => Value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>Whether the member is there, be it null.</summary>
    public bool IsStated => Value.ValueKind != JsonValueKind.Undefined;

    /// <summary>A member of this object.</summary>
    public JsonMember this[string name] => new(
        File, Path.Length == 0 ? name : $"{Path}.{name}", Object().TryGetProperty(name, out var value) ? value : default);

    /// <summary>The members of this object.</summary>
    public IEnumerable<(string Name, JsonMember Member)> Members()
    {
        var at = this;
        return Object().EnumerateObject().Select(member => (member.Name, at with { Path = $"{at.Path}.{member.Name}", Value = member.Value }));
    }

    /// <summary>The elements of this array.</summary>
    public IEnumerable<JsonMember> Elements()
    {
        var at = this;
        return Value.ValueKind == JsonValueKind.Array
            ? Value.EnumerateArray().Select((element, index) => at with { Path = $"{at.Path}[{index}]", Value = element })
            : throw Refused("must be an array.");
    }

    /// <summary>The text, or <paramref name="absent"/> for null and where there is none.</summary>
    public string? Text(string? absent = null) => !IsGiven ? absent
        : Value.ValueKind == JsonValueKind.String ? Value.GetString()
        : throw Refused("must be text.");

    /// <summary>The text, which must be there.</summary>
    public string NeededText() => Text() ?? throw Refused("must be text.");

    /// <summary>True or false, or <paramref name="absent"/> for null and where there is none.</summary>
    public bool? Flag(bool? absent = null) => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => absent,
        _ => throw Refused("must be true or false."),
    };

    /// <summary>A whole number of at least 0.</summary>
    public int Number() => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number) && number >= 0
        ? number
        : throw Refused("must be a whole number of at least 0.");

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
    public InvalidTokenizerException Refused(string reason) => new(
        File, null, $"{(Path.Length == 0 ? "the file" : Path)} {(IsStated ? $"({TokenizerJson.Shown(Value)}) " : "")}{reason}");

    private JsonElement Object() => Value.ValueKind == JsonValueKind.Object ? Value : throw Refused("must be an object.");
}
