using System.Text.Json;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Options;

namespace FeedbackService.Training.Loop;

/// <summary>All a training process is told: what to train on what, and where to leave it.</summary>
public sealed record TrainingPlan
{
    /// <summary>Full path of the training file (CSV, TSV or JSONL).</summary>
    public required string TrainingFile { get; init; }

    /// <summary>Which columns of the training file are meant.</summary>
    public ColumnRequest Columns { get; init; } = ColumnRequest.Automatic;

    /// <summary>Full path of the validation file; null to split one off.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Which columns of the validation file are meant.</summary>
    public ColumnRequest ValidationColumns { get; init; } = ColumnRequest.Automatic;

    /// <summary>Id of the preset to start from; with <see cref="BaseArtifact"/> null.</summary>
    public string? Preset { get; init; }

    /// <summary>Full path of the artifact folder of a registered model to go on from; with <see cref="Preset"/> null.</summary>
    public string? BaseArtifact { get; init; }

    /// <summary>Name and version of the base, for the lineage; null without one.</summary>
    public string? BaseName { get; init; }

    /// <summary>What the training does; one method. Default supervised.</summary>
    public TrainingMethods Method { get; init; } = TrainingMethods.Supervised;

    /// <summary>Options as asked for, or effective values of an earlier resolution: a flat object. Default none.</summary>
    public JsonElement? Hyperparameters { get; init; }

    /// <summary>Decides initial weights, data order, split and dropout; 0 or more. Default 42.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Threads of libtorch, at least 1. Part of what reproducibility promises.</summary>
    public required int Threads { get; init; }

    /// <summary>cpu or cuda:N. Default cpu.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Existing folder for checkpoints; a training that finds one of its own there goes on from it.</summary>
    public required string CheckpointDirectory { get; init; }

    /// <summary>Folder the finished artifact is written to; one left by an earlier attempt is replaced.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>Shortest time between two checkpoints, seconds. Default 0: one at every evaluation.</summary>
    public double CheckpointIntervalSeconds { get; init; }

    /// <summary>Job that asked for the training, for the lineage; null outside a service.</summary>
    public string? JobId { get; init; }

    /// <summary>Id of the training file in the service, for the lineage; null outside one.</summary>
    public string? TrainingFileId { get; init; }

    /// <summary>Id of the validation file in the service, for the lineage; null outside one.</summary>
    public string? ValidationFileId { get; init; }
}
