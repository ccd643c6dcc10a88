using System.Globalization;
using System.Text.Json;
using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace;

/// <summary>Reads a checkpoint's <c>config.json</c>. What would change the outputs and is not supported is refused by name; what would not is passed over.</summary>
internal static class CheckpointConfigReader
{
    private const int MostSize = 1 << 16;
    private const int MostTokens = 10_000_000;
    private const int MostLayers = 1_000;
    private const int MostLabels = 10_000;
    private const int MostLabelLength = 1_000;

    /// <summary>Reads what concerns the encoder.</summary>
    /// <exception cref="InvalidCheckpointException">The file is missing, too large, not JSON, of another family, or says something that is not supported.</exception>
    public static CheckpointConfig Read(string directory) => Read(directory, Read);

    /// <summary>Reads what concerns the labels of a sequence classifier: one label per text or several, and their names in the order of the logits.</summary>
    /// <exception cref="InvalidCheckpointException">It has one output (a regression), or names that are no labels.</exception>
    public static (HeadKind Head, IReadOnlyList<string> Labels) ReadHead(string directory) => Read(directory, members => (HeadOf(members), LabelsOf(members)));

    private static T Read<T>(string directory, Func<ConfigMembers, T> read)
    {
        using var document = CheckpointJson.Read(directory, CheckpointFiles.Config);
        try
        {
            return read(new ConfigMembers(document.RootElement));
        }
        catch (InvalidOperationException exception)
        {
            // An escaped unpaired surrogate in a string.
            throw new InvalidCheckpointException(CheckpointFiles.Config, exception.Message, exception);
        }
    }

    private static CheckpointConfig Read(ConfigMembers members)
    {
        var type = members.Text("model_type") ?? throw ConfigMembers.Wrong("model_type", "is missing");
        var (encoder, headDropout) = type switch
        {
            "bert" => Bert(members, HuggingFaceFamily.Bert),
            "roberta" => Bert(members, HuggingFaceFamily.Roberta),
            "distilbert" => DistilBert(members),
            "gpt2" => Gpt2(members),
            _ => throw ConfigMembers.Wrong("model_type", $"is '{type}'; bert, distilbert, roberta and gpt2 are supported"),
        };
        if (encoder.HiddenSize % encoder.Heads != 0)
        {
            throw ConfigMembers.Wrong("num_attention_heads", $"is {encoder.Heads}, which does not divide the hidden size {encoder.HiddenSize}");
        }

        Refuse(members.Find("quantization_config") is not null, "quantization_config", "is set; only weights in F32, F16 or BF16 are read");
        var architecture = members.Find("architectures") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.String
            ? list[0].GetString()
            : null;
        return new CheckpointConfig(encoder, architecture, headDropout);
    }

    private static (TransformerEncoderConfig Encoder, double HeadDropout) Bert(ConfigMembers members, HuggingFaceFamily family)
    {
        var roberta = family == HuggingFaceFamily.Roberta;
        Refuse(members.Flag(false, "is_decoder"), "is_decoder", "is true; only encoders are supported");
        Refuse(members.Text("position_embedding_type") is not (null or "absolute"), "position_embedding_type", $"is '{members.Text("position_embedding_type")}'; only absolute is supported");
        var dropout = Share(members, 0.1, "hidden_dropout_prob");
        var encoder = new TransformerEncoderConfig
        {
            Family = family,
            Norm = NormPlacement.Post,
            VocabularySize = members.Whole(null, 1, MostTokens, "vocab_size"),
            HiddenSize = members.Whole(null, 1, MostSize, "hidden_size"),
            Layers = members.Whole(null, 1, MostLayers, "num_hidden_layers"),
            Heads = members.Whole(null, 1, MostSize, "num_attention_heads"),
            IntermediateSize = members.Whole(null, 1, MostSize, "intermediate_size"),
            MaxPositions = members.Whole(512, 1, MostTokens, "max_position_embeddings"),
            Segments = members.Whole(2, 1, TransformerEncoderConfig.MostSegments, "type_vocab_size"),
            Activation = Activation(members, "gelu", "hidden_act"),
            NormEpsilon = Epsilon(members, 1e-12, "layer_norm_eps"),
            Dropout = dropout,
            AttentionDropout = Share(members, 0.1, "attention_probs_dropout_prob"),
            PositionPadding = roberta ? members.Whole(1, 0, MostTokens, "pad_token_id") : null,
        };
        return (encoder, Share(members, dropout, "classifier_dropout"));
    }

    private static (TransformerEncoderConfig Encoder, double HeadDropout) DistilBert(ConfigMembers members)
    {
        var encoder = new TransformerEncoderConfig
        {
            Family = HuggingFaceFamily.DistilBert,
            Norm = NormPlacement.Post,
            VocabularySize = members.Whole(null, 1, MostTokens, "vocab_size"),
            HiddenSize = members.Whole(null, 1, MostSize, "dim", "hidden_size"),
            Layers = members.Whole(null, 1, MostLayers, "n_layers", "num_hidden_layers"),
            Heads = members.Whole(null, 1, MostSize, "n_heads", "num_attention_heads"),
            IntermediateSize = members.Whole(null, 1, MostSize, "hidden_dim"),
            MaxPositions = members.Whole(512, 1, MostTokens, "max_position_embeddings"),
            Segments = 0,
            Activation = Activation(members, "gelu", "activation"),

            // The family's code has it written in; its config.json has no member for it.
            NormEpsilon = 1e-12,
            Dropout = Share(members, 0.1, "dropout"),
            AttentionDropout = Share(members, 0.1, "attention_dropout"),
        };
        return (encoder, Share(members, 0.2, "seq_classif_dropout"));
    }

    private static (TransformerEncoderConfig Encoder, double HeadDropout) Gpt2(ConfigMembers members)
    {
        Refuse(!members.Flag(true, "scale_attn_weights"), "scale_attn_weights", "is false, which is not supported");
        Refuse(members.Flag(false, "scale_attn_by_inverse_layer_idx"), "scale_attn_by_inverse_layer_idx", "is true, which is not supported");
        Refuse(members.Flag(false, "add_cross_attention"), "add_cross_attention", "is true, which is not supported");
        var width = members.Whole(null, 1, MostSize, "n_embd", "hidden_size");
        var encoder = new TransformerEncoderConfig
        {
            Family = HuggingFaceFamily.Gpt2,
            Norm = NormPlacement.Pre,
            Causal = true,
            EmbeddingNorm = false,
            Segments = 0,
            VocabularySize = members.Whole(null, 1, MostTokens, "vocab_size"),
            HiddenSize = width,
            Layers = members.Whole(null, 1, MostLayers, "n_layer", "num_hidden_layers"),
            Heads = members.Whole(null, 1, MostSize, "n_head", "num_attention_heads"),
            IntermediateSize = members.Whole(4 * width, 1, 4 * MostSize, "n_inner"),
            MaxPositions = members.Whole(1024, 1, MostTokens, "n_positions", "max_position_embeddings", "n_ctx"),
            Activation = Activation(members, "gelu_new", "activation_function"),
            NormEpsilon = Epsilon(members, 1e-5, "layer_norm_epsilon"),
            Dropout = Share(members, 0.1, "resid_pdrop"),
            AttentionDropout = Share(members, 0.1, "attn_pdrop"),
        };

        // The family's classifiers have none.
        return (encoder, 0);
    }

    private static HeadKind HeadOf(ConfigMembers members) => members.Text("problem_type") switch
    {
        null or "single_label_classification" => HeadKind.SingleLabel,
        "multi_label_classification" => HeadKind.MultiLabel,
        var other => throw ConfigMembers.Wrong("problem_type", $"is '{other}'; single_label_classification and multi_label_classification are supported"),
    };

    private static IReadOnlyList<string> LabelsOf(ConfigMembers members)
    {
        if (members.Find("id2label") is not { } names)
        {
            // What transformers takes when nothing is said.
            var count = members.Whole(2, 1, MostLabels, "num_labels");
            return [.. Enumerable.Range(0, count).Select(id => string.Create(CultureInfo.InvariantCulture, $"LABEL_{id}"))];
        }

        if (names.ValueKind != JsonValueKind.Object)
        {
            throw ConfigMembers.Wrong("id2label", "is no object");
        }

        var byId = new SortedDictionary<int, string>();
        foreach (var entry in names.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || byId.ContainsKey(id)
                || entry.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            {
                throw ConfigMembers.Wrong("id2label", $"has the entry '{entry.Name}', which is no number with a name, or comes twice");
            }

            byId[id] = entry.Value.ToString();
        }

        if (byId.Count is < 2 or > MostLabels || byId.Keys.Last() != byId.Count - 1)
        {
            throw ConfigMembers.Wrong("id2label", $"has {byId.Count} entries; a classifier needs 2 to {MostLabels}, numbered from 0 without gaps (one score that is a regression is not supported)");
        }

        if (byId.Values.FirstOrDefault(name => string.IsNullOrWhiteSpace(name) || name.Length > MostLabelLength) is { } bad)
        {
            throw ConfigMembers.Wrong("id2label", $"has a name that is empty or longer than {MostLabelLength} characters ({bad.Length})");
        }

        return byId.Values.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } repeated
            ? throw ConfigMembers.Wrong("id2label", $"has the name '{repeated.Key}' {repeated.Count()} times; give each label a name of its own")
            : [.. byId.Values];
    }

    private static ActivationKind Activation(ConfigMembers members, string otherwise, string name)
    {
        var given = members.Text(name) ?? otherwise;
        return ActivationNames.Parse(given) ?? throw ConfigMembers.Wrong(name, $"is '{given}'; supported are {ActivationNames.All}");
    }

    private static double Share(ConfigMembers members, double otherwise, string name) => members.Number(otherwise, 0, 1, name);

    private static double Epsilon(ConfigMembers members, double otherwise, string name)
    {
        var epsilon = members.Number(otherwise, 0, 1, name);
        return epsilon > 0 ? epsilon : throw ConfigMembers.Wrong(name, "must be greater than 0");
    }

    private static void Refuse(bool wrong, string name, string reason)
    {
        if (wrong)
        {
            throw ConfigMembers.Wrong(name, reason);
        }
    }
}
