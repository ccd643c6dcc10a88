namespace FeedbackService.Accuracy;

/// <summary>What pre-training came to on a set with a seed. One line of the results.</summary>
internal sealed record PretrainingResult
{
    /// <summary>Name of the set.</summary>
    public required string Set { get; init; }

    /// <summary>The seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Epochs of the pre-training that were asked for; null for what it comes with.</summary>
    public int? Epochs { get; init; }

    /// <summary>Loss on the held-out texts at the first evaluation of the pre-training.</summary>
    public required double FirstMaskedLoss { get; init; }

    /// <summary>The same of the weights that were kept.</summary>
    public required double MaskedLoss { get; init; }

    /// <summary>Share of hidden tokens guessed right in the end.</summary>
    public required double MaskedAccuracy { get; init; }

    /// <summary>Processor seconds of the pre-training.</summary>
    public required double Seconds { get; init; }

    /// <summary>The classifiers.</summary>
    public required IReadOnlyList<PretrainingArm> Arms { get; init; }

    /// <summary>Day of the run.</summary>
    public required string Date { get; init; }
}
