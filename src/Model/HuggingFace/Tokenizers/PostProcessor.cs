using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>The special tokens that <c>post_processor</c> of <c>tokenizer.json</c> puts around texts, which must be those of the family.</summary>
/// <param name="Class">Token in front of a text; null when there is none.</param>
/// <param name="Separator">Token after each text; null when there is none.</param>
/// <param name="TrimOffsets">Whether positions leave spaces out; null when nothing says so.</param>
internal sealed record PostProcessor(string? Class, string? Separator, bool? TrimOffsets)
{
    private static readonly PostProcessor Nothing = new(null, null, null);

    /// <summary>Reads it.</summary>
    /// <param name="member">The member of the file.</param>
    /// <param name="family">Whose layout it must give.</param>
    /// <param name="idOf">Id of a token, or null.</param>
    /// <exception cref="InvalidFileException">It is of another kind, or gives another layout.</exception>
    public static PostProcessor Read(JsonMember member, HuggingFaceFamily family, Func<string, int?> idOf)
    {
        var found = member.IsGiven ? ReadOne(member, family, idOf) : Nothing;
        return (found.Class is null) == (family == HuggingFaceFamily.Gpt2)
            ? found
            : throw member.Refused($"does not put the special tokens around texts that {family} needs.");
    }

    private static PostProcessor ReadOne(JsonMember member, HuggingFaceFamily family, Func<string, int?> idOf)
    {
        var type = member["type"].NeededText();
        switch (type)
        {
            case "ByteLevel":
                member.Only("type", "add_prefix_space", "trim_offsets", "use_regex");
                return Nothing with { TrimOffsets = member["trim_offsets"].Flag(true) };
            case "BertProcessing" when family is HuggingFaceFamily.Bert or HuggingFaceFamily.DistilBert:
                member.Only("type", "sep", "cls");
                return new PostProcessor(Token(member["cls"], idOf), Token(member["sep"], idOf), null);
            case "RobertaProcessing" when family == HuggingFaceFamily.Roberta:
                member.Only("type", "sep", "cls", "trim_offsets", "add_prefix_space");
                return new PostProcessor(Token(member["cls"], idOf), Token(member["sep"], idOf), member["trim_offsets"].Flag(true));
            case "TemplateProcessing":
                return Template(member, family, idOf);
            case "Sequence":
                member.Only("type", "processors");
                return member["processors"].Elements().Select(one => ReadOne(one, family, idOf)).Aggregate(Nothing, (sum, one) => Joined(member, sum, one));
            default:
                throw member["type"].Refused($"is not a post-processor that can be read for {family}: convert the tokenizer with transformers.");
        }
    }

    private static PostProcessor Joined(JsonMember member, PostProcessor sum, PostProcessor next)
    {
        if (sum.Class is not null && next.Class is not null)
        {
            throw member.Refused("puts special tokens around texts twice.");
        }

        var trims = sum.TrimOffsets is null && next.TrimOffsets is null ? (bool?)null : sum.TrimOffsets == true || next.TrimOffsets == true;
        return new PostProcessor(sum.Class ?? next.Class, sum.Separator ?? next.Separator, trims);
    }

    private static string Token(JsonMember pair, Func<string, int?> idOf)
    {
        var parts = pair.Elements().ToArray();
        return parts.Length == 2 && idOf(parts[0].NeededText()) == parts[1].Whole()
            ? parts[0].NeededText()
            : throw pair.Refused("must be a token and its id in the vocabulary.");
    }

    private static PostProcessor Template(JsonMember member, HuggingFaceFamily family, Func<string, int?> idOf)
    {
        member.Only("type", "single", "pair", "special_tokens");
        foreach (var (name, special) in member["special_tokens"].Members())
        {
            special.Only("id", "ids", "tokens");
            var (ids, tokens) = (special["ids"].Elements().ToArray(), special["tokens"].Elements().ToArray());
            if (ids.Length != 1 || tokens.Length != 1 || tokens[0].NeededText() != name || idOf(name) != ids[0].Whole())
            {
                throw special.Refused("must name one token of the vocabulary with its id.");
            }
        }

        // Only BERT has segments: elsewhere the models take none, and what the template says of them has no effect.
        var segments = family == HuggingFaceFamily.Bert;
        var (single, pair) = (Pieces(member["single"], member, segments), Pieces(member["pair"], member, segments));
        var (first, last) = single.Count == 3 ? (single[0].Name, single[2].Name) : (null, null);
        var (expectedSingle, expectedPair) = family switch
        {
            HuggingFaceFamily.Gpt2 => ("$A:0", "$A:0 $B:0"),
            HuggingFaceFamily.Roberta => ($"{first}:0 $A:0 {last}:0", $"{first}:0 $A:0 {last}:0 {last}:0 $B:0 {last}:0"),
            _ when segments => ($"{first}:0 $A:0 {last}:0", $"{first}:0 $A:0 {last}:0 $B:1 {last}:1"),
            _ => ($"{first}:0 $A:0 {last}:0", $"{first}:0 $A:0 {last}:0 $B:0 {last}:0"),
        };
        return Text(single) == expectedSingle && Text(pair) == expectedPair
            ? new PostProcessor(first, last, null)
            : throw member.Refused($"does not give the layout of {family}, which is '{expectedSingle}' and '{expectedPair}' with its special tokens.");
    }

    private static string Text(List<(string Name, int Segment)> pieces) => string.Join(' ', pieces.Select(piece => $"{piece.Name}:{piece.Segment}"));

    private static List<(string Name, int Segment)> Pieces(JsonMember template, JsonMember processor, bool segments)
    {
        var pieces = new List<(string Name, int Segment)>();
        foreach (var element in template.Elements())
        {
            var special = element["SpecialToken"].IsGiven;
            var piece = element.Only("SpecialToken", "Sequence")[special ? "SpecialToken" : "Sequence"].Only("id", "type_id");
            var name = piece["id"].NeededText();
            if (special && !processor["special_tokens"][name].IsGiven)
            {
                throw piece.Refused("is not among the special_tokens.");
            }

            pieces.Add((special ? name : $"${name}", segments ? piece["type_id"].Whole() : 0));
        }

        return pieces;
    }
}
