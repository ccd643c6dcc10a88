using FeedbackService.Model.Configuration;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>What must hold between the options of adapters and all others.</summary>
internal static class AdapterOptionRules
{
    /// <summary>Finds what does not hold.</summary>
    /// <param name="preset">Where the training starts.</param>
    /// <param name="options">Effective options.</param>
    /// <param name="require">Told whether something holds, the option's name and what to say if not.</param>
    public static void Check(Preset preset, TrainingOptions options, Action<bool, string, string> require)
    {
        var adapter = options.Adapter;
        if (adapter.Kind == AdapterKind.None)
        {
            return;
        }

        require(!preset.TrainableFromScratch, "adapter", "Needs a registered base model to stand beside; a preset has nothing yet that could stay as it is. Train from a model, or leave adapter out.");
        require(!options.Optimizer.FreezeEncoder, "freeze_encoder", "The adapter stands in the encoder and is trained there, while the base's own weights stay as they are anyway; leave freeze_encoder or adapter out.");
        require(options.Optimizer is { FreezeEmbeddings: false, FreezeLayers: 0 }, options.Optimizer.FreezeLayers > 0 ? "freeze_layers" : "freeze_embeddings", "With an adapter all weights of the base stay as they are anyway; leave it or adapter out.");
        require(options.Optimizer.Unfreezing == UnfreezingKind.None, "unfreezing", "With an adapter no weight of the base ever learns; leave one of the two out.");
        var encoder = ModelShape.EncoderOf(options, preset.Encoder);
        if (adapter.ToConfig() is BottleneckConfig)
        {
            require(encoder is TransformerEncoderConfig or MlpEncoderConfig { Layers: > 0 }, "adapter", "houlsby and pfeiffer stand behind feed-forward sublayers, which transformers and the layers of mlp have; this base has none.");
            return;
        }

        CheckLowRank(adapter, encoder, require);
        if (adapter.Kind == AdapterKind.Adalora)
        {
            require(adapter.TargetRank <= adapter.StartRank, "adalora_target_rank", $"Is at most adalora_start_rank, {adapter.StartRank}.");
            require(adapter.InitialWarmup + adapter.FinalWarmup < 1, "adalora_final_warmup", $"Must be below 1 together with adalora_initial_warmup, or no step is left to take ranks in: {adapter.InitialWarmup} + {adapter.FinalWarmup}.");
        }
    }

    private static void CheckLowRank(AdapterOptions adapter, EncoderConfig encoder, Action<bool, string, string> require)
    {
        var adaptable = AdapterRules.Adaptable(encoder);
        if (adaptable == AdapterTargets.None)
        {
            require(false, "adapter", "This base has no linear map that can be adapted; transformer, rnn, bifnn and the layers of mlp have. Use freeze_encoder instead.");
            return;
        }

        var rank = adapter.Kind == AdapterKind.Adalora ? "adalora_start_rank" : "adapter_rank";
        require(adapter.FirstRank <= encoder.HiddenSize, rank, $"Is at most hidden_size, {encoder.HiddenSize}.");
        require((adapter.Targets & ~adaptable) == 0, "adapter_targets", $"This base has only: {string.Join(", ", AdapterTargetsConverter.NamesOf(adaptable))}.");
    }
}
