using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;
using static TorchSharp.torch;

namespace FeedbackService.Model.HuggingFace;

/// <summary>Finds the language head of an encoder's checkpoint, so that pre-training can go on with it.</summary>
internal static class LanguageHeadImport
{
    /// <summary>Its tensors; none where the family or the checkpoint has no head, or not all of it.</summary>
    public static IReadOnlyList<WeightRule> Rules(TransformerEncoderConfig config, FamilyNames names, CheckpointTensors tensors)
    {
        if (names.LanguageHead is not { } head || head.Biases.FirstOrDefault(tensors.Has) is not { } bias)
        {
            return [];
        }

        WeightRule[] rules = [.. names.LanguageHeadRules(head, config, bias)];
        return rules.All(rule => rule.Sources.All(tensors.Has)) ? rules : [];
    }

    /// <summary>Holds what is written twice to being the same: the decoder to the table of tokens, one bias to the other. Call it when names and shapes have been compared.</summary>
    /// <exception cref="InvalidFileException">It is another one: a head with a decoder of its own is not supported.</exception>
    public static void ThrowIfUntied(IReadOnlyList<WeightRule> rules, FamilyNames names, CheckpointTensors tensors)
    {
        if (names.LanguageHead is not { } head || rules.FirstOrDefault(rule => rule.Target == FamilyNames.TokenTable) is not { } table || !rules.Any(rule => head.Biases.Contains(rule.Sources[0])))
        {
            return;
        }

        ThrowIfOther(tensors, head.Decoder, table.Sources[0], "the table of tokens; a language head that is not tied to it is not supported");
        var biases = head.Biases.Where(tensors.Has).ToList();
        foreach (var other in biases.Skip(1))
        {
            ThrowIfOther(tensors, other, biases[0], "the same bias under another name");
        }
    }

    private static void ThrowIfOther(CheckpointTensors tensors, string name, string expected, string what)
    {
        if (!tensors.Has(name))
        {
            return;
        }

        using var scope = NewDisposeScope();
        if (!tensors.Entry(name).Shape.SequenceEqual(tensors.Entry(expected).Shape) || !tensors.Read(name).eq(tensors.Read(expected)).all().item<bool>())
        {
            throw new InvalidFileException(CheckpointFiles.Weights, $"'{tensors.Original(name)}' differs from '{tensors.Original(expected)}', {what}.");
        }
    }
}
