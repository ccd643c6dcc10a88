namespace FeedbackService.Model.HuggingFace;

/// <summary>Names of the files of a checkpoint in Hugging Face layout, tokenizer files aside.</summary>
public static class CheckpointFiles
{
    /// <summary>What the model is.</summary>
    public const string Config = "config.json";

    /// <summary>All weights, or none when they are in shards.</summary>
    public const string Weights = "model.safetensors";

    /// <summary>Which shard holds which tensor.</summary>
    public const string Index = "model.safetensors.index.json";

    /// <summary>What people should know of it.</summary>
    public const string Card = "README.md";
}
