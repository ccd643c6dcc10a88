using System.Globalization;
using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace;

/// <summary>Writes <c>config.json</c> as transformers writes it for the family.</summary>
internal static class CheckpointConfigWriter
{
    /// <summary>The file's content.</summary>
    /// <param name="shape">As what the model leaves.</param>
    /// <param name="padding">Token id of padding; null when the tokenizer has none.</param>
    public static JsonObject Write(ExportShape shape, int? padding)
    {
        var encoder = shape.Encoder;
        var config = new JsonObject { ["architectures"] = new JsonArray(shape.Architecture), ["model_type"] = JsonFiles.NameOf(shape.Family), ["vocab_size"] = encoder.VocabularySize };
        switch (shape.Family)
        {
            case HuggingFaceFamily.DistilBert:
                DistilBert(config, shape);
                break;
            case HuggingFaceFamily.Gpt2:
                Gpt2(config, encoder);
                break;
            default:
                Bert(config, shape);
                break;
        }

        if ((shape.Family == HuggingFaceFamily.Roberta ? encoder.PositionPadding : padding) is { } id)
        {
            config["pad_token_id"] = id;
        }

        if (shape.Classifies)
        {
            Labels(config, shape.Config);
        }

        return config;
    }

    private static void Bert(JsonObject config, ExportShape shape)
    {
        var encoder = shape.Encoder;
        config["hidden_size"] = encoder.HiddenSize;
        config["num_hidden_layers"] = encoder.Layers;
        config["num_attention_heads"] = encoder.Heads;
        config["intermediate_size"] = encoder.IntermediateSize;
        config["max_position_embeddings"] = encoder.MaxPositions;
        config["type_vocab_size"] = encoder.Segments;
        config["hidden_act"] = ActivationNames.NameOf(encoder.Activation);
        config["layer_norm_eps"] = encoder.NormEpsilon;
        config["hidden_dropout_prob"] = encoder.Dropout;
        config["attention_probs_dropout_prob"] = encoder.AttentionDropout ?? encoder.Dropout;
        if (shape.Classifies && shape.Config.HeadDropout != encoder.Dropout)
        {
            config["classifier_dropout"] = shape.Config.HeadDropout;
        }
    }

    private static void DistilBert(JsonObject config, ExportShape shape)
    {
        var encoder = shape.Encoder;
        config["dim"] = encoder.HiddenSize;
        config["n_layers"] = encoder.Layers;
        config["n_heads"] = encoder.Heads;
        config["hidden_dim"] = encoder.IntermediateSize;
        config["max_position_embeddings"] = encoder.MaxPositions;
        config["activation"] = ActivationNames.NameOf(encoder.Activation);
        config["dropout"] = encoder.Dropout;
        config["attention_dropout"] = encoder.AttentionDropout ?? encoder.Dropout;
        config["seq_classif_dropout"] = shape.Config.HeadDropout;
    }

    private static void Gpt2(JsonObject config, TransformerEncoderConfig encoder)
    {
        config["n_embd"] = encoder.HiddenSize;
        config["n_layer"] = encoder.Layers;
        config["n_head"] = encoder.Heads;
        config["n_inner"] = encoder.IntermediateSize;
        config["n_positions"] = encoder.MaxPositions;
        config["activation_function"] = ActivationNames.NameOf(encoder.Activation);
        config["layer_norm_epsilon"] = encoder.NormEpsilon;
        config["resid_pdrop"] = encoder.Dropout;
        config["embd_pdrop"] = encoder.Dropout;
        config["attn_pdrop"] = encoder.AttentionDropout ?? encoder.Dropout;
    }

    private static void Labels(JsonObject config, ClassifierConfig classifier)
    {
        var (names, ids) = (new JsonObject(), new JsonObject());
        for (var id = 0; id < classifier.Labels.Count; id++)
        {
            names[id.ToString(CultureInfo.InvariantCulture)] = classifier.Labels[id];
            ids[classifier.Labels[id]] = id;
        }

        config["id2label"] = names;
        config["label2id"] = ids;
        if (classifier.Head == HeadKind.MultiLabel)
        {
            config["problem_type"] = "multi_label_classification";
        }
    }
}
