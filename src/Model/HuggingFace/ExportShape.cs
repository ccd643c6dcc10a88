using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.HuggingFace;

/// <summary>As what an artifact leaves the house: which family, and whether with its head.</summary>
/// <param name="Family">The family.</param>
/// <param name="Encoder">The encoder's configuration.</param>
/// <param name="Config">The whole configuration.</param>
/// <param name="Classifies">With its head; else the encoder alone.</param>
/// <param name="Guesses">An encoder with the head that guesses hidden tokens.</param>
internal sealed record ExportShape(HuggingFaceFamily Family, TransformerEncoderConfig Encoder, ClassifierConfig Config, bool Classifies, bool Guesses = false)
{
    /// <summary>The encoder is part of a model, under the family's prefix.</summary>
    public bool HasHead => Classifies || Guesses;

    /// <summary>Name of the class in transformers.</summary>
    public string Architecture => Family switch
    {
        HuggingFaceFamily.DistilBert => "DistilBert",
        HuggingFaceFamily.Roberta => "Roberta",
        HuggingFaceFamily.Gpt2 => "GPT2",
        _ => "Bert",
    } + (Classifies ? "ForSequenceClassification" : Guesses ? "ForMaskedLM" : "Model");

    /// <summary>Finds it.</summary>
    /// <exception cref="NotExportableException">There is no counterpart; the message says why and what can be done.</exception>
    public static ExportShape Of(ArtifactKind kind, ClassifierConfig config, ITextTokenizer tokenizer)
    {
        if (config.Encoder is not TransformerEncoderConfig encoder)
        {
            throw new NotExportableException("Only transformers have a counterpart at Hugging Face; this is another kind of encoder.");
        }

        if (config.Feedback is not null)
        {
            throw new NotExportableException("A feedback loop has no counterpart at Hugging Face. Train with rounds 0 to export.");
        }

        if (kind == ArtifactKind.Adapter)
        {
            throw new NotExportableException("It is an adapter, which stands on another version: merge it first.");
        }

        var family = encoder.Family ?? AsBert(encoder, tokenizer);
        if (kind == ArtifactKind.Encoder)
        {
            return new ExportShape(family, encoder, config, Classifies: false);
        }

        if (config.Head == HeadKind.Graded || !FamilyHead.Of(family).Fits(config))
        {
            var head = FamilyHead.Of(family);
            throw new NotExportableException(
                $"The classifiers of this family have pooling {JsonFiles.NameOf(head.Pooling)}, {(head.Hidden is { } hidden ? $"a head layer of the hidden size with {JsonFiles.NameOf(hidden)}" : "no head layer")} and no grades, "
                + "and this one has not. Train with these options to export.");
        }

        return new ExportShape(family, encoder, config, Classifies: true);
    }

    // One trained here from scratch is a BERT if it was built as one.
    private static HuggingFaceFamily AsBert(TransformerEncoderConfig encoder, ITextTokenizer tokenizer)
    {
        var fits = encoder is { Norm: NormPlacement.Post, Positions: PositionKind.Learned, EmbeddingNorm: true, Causal: false, PositionPadding: null, Segments: > 0 }
            && ActivationNames.NameOf(encoder.Activation) is not null
            && tokenizer is WordPieceTextTokenizer;
        return fits ? HuggingFaceFamily.Bert : throw new NotExportableException(
            "A transformer trained from scratch is exported as a BERT, which has norm post, positions learned and no swish with a learned β. Train with these options to export.");
    }
}
