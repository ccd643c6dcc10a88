using FeedbackService.Model.Files;
namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>A token as the files describe it, before it has an id.</summary>
/// <param name="Content">What stands in the text.</param>
/// <param name="Special">Whether it is a control token.</param>
/// <param name="Normalized">Whether it is looked for in the normalised text.</param>
internal sealed record TokenFlags(string Content, bool Special, bool Normalized)
{
    public bool Lstrip { get; init; }

    public bool Rstrip { get; init; }

    public bool SingleWord { get; init; }

    /// <summary>A special token that was given by its name only.</summary>
    public static TokenFlags Named(string content) => new(content, Special: true, Normalized: false);

    /// <summary>A token given as an object, or by its name only.</summary>
    /// <param name="member">Text or object.</param>
    /// <param name="special">What it is unless the object says so itself.</param>
    public static TokenFlags Read(JsonMember member, bool special)
    {
        if (member.Value.ValueKind == System.Text.Json.JsonValueKind.String)
        {
            return Named(member.NeededText());
        }

        member.Only("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special", "__type");
        var isSpecial = member["special"].Flag(special)!.Value;
        return new TokenFlags(member["content"].NeededText(), isSpecial, member["normalized"].Flag(!isSpecial)!.Value)
        {
            Lstrip = member["lstrip"].Flag(false)!.Value,
            Rstrip = member["rstrip"].Flag(false)!.Value,
            SingleWord = member["single_word"].Flag(false)!.Value,
        };
    }
}
