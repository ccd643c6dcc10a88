using System.Text.Json.Serialization;

namespace FeedbackService.Model.Configuration;

/// <summary>A map of low rank r beside each of some linear maps of the encoder, scaled by α/r.</summary>
public abstract record LowRankConfig : AdapterConfig
{
    /// <summary>r, 1 to the hidden size. Default 8.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>α, greater than 0. Default 8.</summary>
    public double Alpha { get; init; } = 8;

    /// <summary>Dropout on what the map reads, in [0, 1). Default 0.</summary>
    public double Dropout { get; init; }

    /// <summary>Which linear maps; at least one, and only such as the encoder has. Default query and value of a transformer.</summary>
    [JsonConverter(typeof(AdapterTargetsConverter))]
    public AdapterTargets Targets { get; init; } = AdapterTargets.Query | AdapterTargets.Value;

    /// <summary>α/r.</summary>
    [JsonIgnore]
    public double Scale => Alpha / Rank;
}
