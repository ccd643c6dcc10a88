using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace;

/// <summary>What a family calls its tensors. Names are those within the encoder, without <see cref="Prefix"/>.</summary>
internal abstract class FamilyNames
{
    /// <summary>Our name of the table of tokens.</summary>
    public const string TokenTable = "encoder.embeddings.token.weight";

    /// <summary>The encoder's place in a model with a head, such as <c>bert.</c>; an encoder alone is saved without.</summary>
    public abstract string Prefix { get; }

    /// <summary>A tensor that some checkpoints have and no classifier needs: of another head, or a buffer that is no weight.</summary>
    public abstract bool IsSpare(string name);

    /// <summary>The names of a family.</summary>
    public static FamilyNames Of(HuggingFaceFamily family) => family switch
    {
        HuggingFaceFamily.DistilBert => new DistilBertNames(),
        HuggingFaceFamily.Roberta => new RobertaNames(),
        HuggingFaceFamily.Gpt2 => new Gpt2Names(),
        _ => new BertNames(),
    };

    /// <summary>All tensors of an encoder.</summary>
    public abstract IEnumerable<WeightRule> Encoder(TransformerEncoderConfig config);

    /// <summary>The layer between the token that speaks for the text and the logits, where the family has one.</summary>
    public abstract IEnumerable<WeightRule> HeadLayer(int width);

    /// <summary>The map to the logits.</summary>
    public abstract IEnumerable<WeightRule> Logits(int width, int labels);

    /// <summary>Tensors that go with the encoder and that the family's classifiers may do without. Targets are the names within the encoder.</summary>
    public virtual IEnumerable<WeightRule> Unused(int width) => [];

    /// <summary>The head that guesses hidden tokens; null where the family has none.</summary>
    public virtual LanguageHeadNames? LanguageHead => null;

    /// <summary>The tensors of a language head whose bias stands under <paramref name="bias"/>.</summary>
    public IEnumerable<WeightRule> LanguageHeadRules(LanguageHeadNames names, TransformerEncoderConfig config, string bias) =>
    [
        .. Map("language_head.projection", names.Layer, config.HiddenSize, config.HiddenSize),
        .. Norm("language_head.norm", names.Norm, config.HiddenSize),
        new WeightRule("language_head.bias", [config.VocabularySize], WeightForm.Same, [bias]),
    ];

    /// <summary>A name that an encoder alone has without the prefix, and a model with a head has with it.</summary>
    public abstract bool TakesPrefix(string name);

    /// <summary>A name begins with one of these.</summary>
    protected static bool BeginsWith(string name, params ReadOnlySpan<string> beginnings)
    {
        foreach (var beginning in beginnings)
        {
            if (name.StartsWith(beginning, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Weight and bias of a map.</summary>
    protected static IEnumerable<WeightRule> Map(string target, string source, long outputs, long inputs, WeightForm form = WeightForm.Same)
    {
        yield return new WeightRule(target + ".weight", [outputs, inputs], form, [source + ".weight"]);
        yield return new WeightRule(target + ".bias", [outputs], WeightForm.Same, [source + ".bias"]);
    }

    /// <summary>Weight and bias of the one map that query, key and value are with us.</summary>
    protected static IEnumerable<WeightRule> StackedMap(string target, IReadOnlyList<string> sources, long width)
    {
        yield return new WeightRule(target + ".weight", [sources.Count * width, width], WeightForm.Stacked, [.. sources.Select(source => source + ".weight")]);
        yield return new WeightRule(target + ".bias", [sources.Count * width], WeightForm.Stacked, [.. sources.Select(source => source + ".bias")]);
    }

    /// <summary>Weight and bias of a norm.</summary>
    protected static IEnumerable<WeightRule> Norm(string target, string source, long width)
    {
        yield return new WeightRule(target + ".weight", [width], WeightForm.Same, [source + ".weight"]);
        yield return new WeightRule(target + ".bias", [width], WeightForm.Same, [source + ".bias"]);
    }

    /// <summary>A table.</summary>
    protected static WeightRule Table(string target, string source, long rows, long width) => new(target + ".weight", [rows, width], WeightForm.Same, [source + ".weight"]);
}
