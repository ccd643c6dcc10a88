using System.Text.Json;
using System.Text.Json.Serialization;

namespace FeedbackService.Training.Progress;

/// <summary>Progress records as JSON lines: what a training process writes to its pipe and its parent reads.</summary>
public static class ProgressJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowOutOfOrderMetadataProperties = true,
    };

    /// <summary>One line, without its end.</summary>
    public static string Write(TrainingProgress progress) => JsonSerializer.Serialize(progress, Options);

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">The line is no progress record.</exception>
    public static TrainingProgress Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingProgress>(line, Options) ?? throw new JsonException("The line says null.");
        }
        catch (NotSupportedException exception)
        {
            // What System.Text.Json throws for a missing discriminator.
            throw new JsonException("The line has no type.", exception);
        }
    }
}
