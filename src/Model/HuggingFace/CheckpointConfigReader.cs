using System.Globalization;
using System.Text.Json;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;

namespace FeedbackService.Model.HuggingFace;

/// <summary>Reads a checkpoint's <c>config.json</c>. What would change the outputs and is not supported is refused by name; what would not is passed over.</summary>
internal static class CheckpointConfigReader
{
    private const int MostSize = 1 << 16;
    private const int MostTokens = 10_000_000;
    private const int MostLayers = 500;
    private const int MostLabels = 10_000;
    private const int MostLabelLength = 1_000;

    /// <summary>Reads what concerns the encoder.</summary>
    /// <exception cref="InvalidFileException">The file is missing, too large, not JSON, of another family, or says something that is not supported.</exception>
    public static CheckpointConfig Read(string directory) => Read(directory, Read);

    /// <summary>Reads what concerns the labels of a sequence classifier: one label per text or several, and their names in the order of the logits.</summary>
    /// <exception cref="InvalidFileException">It has one output (a regression), or names that are no labels.</exception>
    public static (HeadKind Head, IReadOnlyList<string> Labels) ReadHead(string directory) => Read(directory, config => (HeadOf(config), LabelsOf(config)));

    private static T Read<T>(string directory, Func<JsonMember, T> read) => UntrustedFile.ReadJson(directory, CheckpointFiles.Config, read);

    private static CheckpointConfig Read(JsonMember config)
    {
        var type = config["model_type"].NeededText();
        var (encoder, headDropout) = type switch
        {
            "bert" => Bert(config, HuggingFaceFamily.Bert),
            "roberta" => Bert(config, HuggingFaceFamily.Roberta),
            "distilbert" => DistilBert(config),
            "gpt2" => Gpt2(config),
            _ => throw config["model_type"].Refused("is not supported; bert, distilbert, roberta and gpt2 are."),
        };
        if (encoder.HiddenSize % encoder.Heads != 0)
        {
            throw config.First("num_attention_heads", "n_heads", "n_head").Refused($"does not divide the hidden size {encoder.HiddenSize}.");
        }

        RefuseIf(config["quantization_config"], "must not be set; only weights in F32, F16 or BF16 are read.", member => member.IsGiven);
        var architecture = config["architectures"].Value is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.String
            ? list[0].GetString()
            : null;
        return new CheckpointConfig(encoder, architecture, headDropout);
    }

    private static (TransformerEncoderConfig Encoder, double HeadDropout) Bert(JsonMember config, HuggingFaceFamily family)
    {
        var roberta = family == HuggingFaceFamily.Roberta;
        RefuseIf(config["is_decoder"], "must be false; only encoders are supported.", member => member.Flag(false) == true);
        RefuseIf(config["position_embedding_type"], "is not supported; only absolute is.", member => member.Text() is not (null or "absolute"));
        var dropout = Share(config["hidden_dropout_prob"], 0.1);
        var encoder = new TransformerEncoderConfig
        {
            Family = family,
            Norm = NormPlacement.Post,
            VocabularySize = config["vocab_size"].Whole(1, MostTokens),
            HiddenSize = config["hidden_size"].Whole(1, MostSize),
            Layers = config["num_hidden_layers"].Whole(1, MostLayers),
            Heads = config["num_attention_heads"].Whole(1, MostSize),
            IntermediateSize = config["intermediate_size"].Whole(1, MostSize),
            MaxPositions = config["max_position_embeddings"].WholeOr(512, 1, MostTokens),
            Segments = config["type_vocab_size"].WholeOr(2, 1, TransformerEncoderConfig.MostSegments),
            Activation = Activation(config["hidden_act"], "gelu"),
            NormEpsilon = Epsilon(config["layer_norm_eps"], 1e-12),
            Dropout = dropout,
            AttentionDropout = Share(config["attention_probs_dropout_prob"], 0.1),
            PositionPadding = roberta ? config["pad_token_id"].WholeOr(1, 0, MostTokens) : null,
        };
        return (encoder, Share(config["classifier_dropout"], dropout));
    }

    private static (TransformerEncoderConfig Encoder, double HeadDropout) DistilBert(JsonMember config)
    {
        var encoder = new TransformerEncoderConfig
        {
            Family = HuggingFaceFamily.DistilBert,
            Norm = NormPlacement.Post,
            VocabularySize = config["vocab_size"].Whole(1, MostTokens),
            HiddenSize = config.First("dim", "hidden_size").Whole(1, MostSize),
            Layers = config.First("n_layers", "num_hidden_layers").Whole(1, MostLayers),
            Heads = config.First("n_heads", "num_attention_heads").Whole(1, MostSize),
            IntermediateSize = config["hidden_dim"].Whole(1, MostSize),
            MaxPositions = config["max_position_embeddings"].WholeOr(512, 1, MostTokens),
            Segments = 0,
            Activation = Activation(config["activation"], "gelu"),

            // The family's code has it written in; its config.json has no member for it.
            NormEpsilon = 1e-12,
            Dropout = Share(config["dropout"], 0.1),
            AttentionDropout = Share(config["attention_dropout"], 0.1),
        };
        return (encoder, Share(config["seq_classif_dropout"], 0.2));
    }

    private static (TransformerEncoderConfig Encoder, double HeadDropout) Gpt2(JsonMember config)
    {
        RefuseIf(config["scale_attn_weights"], "is not supported; only true is.", member => member.Flag(true) == false);
        RefuseIf(config["scale_attn_by_inverse_layer_idx"], "is not supported; only false is.", member => member.Flag(false) == true);
        RefuseIf(config["add_cross_attention"], "is not supported; only false is.", member => member.Flag(false) == true);
        var width = config.First("n_embd", "hidden_size").Whole(1, MostSize);
        var encoder = new TransformerEncoderConfig
        {
            Family = HuggingFaceFamily.Gpt2,
            Norm = NormPlacement.Pre,
            Causal = true,
            EmbeddingNorm = false,
            Segments = 0,
            VocabularySize = config["vocab_size"].Whole(1, MostTokens),
            HiddenSize = width,
            Layers = config.First("n_layer", "num_hidden_layers").Whole(1, MostLayers),
            Heads = config.First("n_head", "num_attention_heads").Whole(1, MostSize),
            IntermediateSize = config["n_inner"].WholeOr(4 * width, 1, 4 * MostSize),
            MaxPositions = config.First("n_positions", "max_position_embeddings", "n_ctx").WholeOr(1024, 1, MostTokens),
            Activation = Activation(config["activation_function"], "gelu_new"),
            NormEpsilon = Epsilon(config["layer_norm_epsilon"], 1e-5),
            Dropout = Share(config["resid_pdrop"], 0.1),
            AttentionDropout = Share(config["attn_pdrop"], 0.1),
        };

        // The family's classifiers have none.
        return (encoder, 0);
    }

    private static HeadKind HeadOf(JsonMember config) => config["problem_type"].Text() switch
    {
        null or "single_label_classification" => HeadKind.SingleLabel,
        "multi_label_classification" => HeadKind.MultiLabel,
        _ => throw config["problem_type"].Refused("is not supported; single_label_classification and multi_label_classification are."),
    };

    private static IReadOnlyList<string> LabelsOf(JsonMember config)
    {
        var names = config["id2label"];
        if (!names.IsGiven)
        {
            // What transformers takes when nothing is said.
            var count = config["num_labels"].WholeOr(2, 1, MostLabels);
            return [.. Enumerable.Range(0, count).Select(id => string.Create(CultureInfo.InvariantCulture, $"LABEL_{id}"))];
        }

        var byId = new SortedDictionary<int, string>();
        foreach (var (key, name) in names.Members())
        {
            if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || byId.ContainsKey(id)
                || name.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            {
                throw name.Refused("is no number with a name, or comes twice.");
            }

            byId[id] = name.Value.ToString();
        }

        if (byId.Count is < 2 or > MostLabels || byId.Keys.Last() != byId.Count - 1)
        {
            throw names.Refused($"has {byId.Count} entries; a classifier needs 2 to {MostLabels}, numbered from 0 without gaps (one score that is a regression is not supported).");
        }

        if (byId.Values.FirstOrDefault(name => string.IsNullOrWhiteSpace(name) || name.Length > MostLabelLength) is { } bad)
        {
            throw names.Refused($"has a name that is empty or longer than {MostLabelLength} characters ({bad.Length}).");
        }

        return byId.Values.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } repeated
            ? throw names.Refused($"has the name '{repeated.Key}' {repeated.Count()} times; give each label a name of its own.")
            : [.. byId.Values];
    }

    private static ActivationKind Activation(JsonMember member, string absent) =>
        ActivationNames.Parse(member.Text(absent)!) ?? throw member.Refused($"is not supported; {ActivationNames.All} are.");

    private static double Share(JsonMember member, double absent) => member.NumberOr(absent, 0, 1);

    private static double Epsilon(JsonMember member, double absent)
    {
        var epsilon = member.NumberOr(absent, 0, 1);
        return epsilon > 0 ? epsilon : throw member.Refused("must be greater than 0.");
    }

    private static void RefuseIf(JsonMember member, string reason, Func<JsonMember, bool> condition)
    {
        if (condition(member))
        {
            throw member.Refused(reason);
        }
    }
}
