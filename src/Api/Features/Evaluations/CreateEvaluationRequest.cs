namespace FeedbackService.Api.Features.Evaluations;

/// <summary>Which model to evaluate on what.</summary>
public sealed record CreateEvaluationRequest
{
    /// <summary>A model address: <c>name</c>, <c>name:3</c>, <c>name@alias</c> or a checkpoint.</summary>
    public required string Model { get; init; }

    /// <summary>Id of an uploaded file with labelled texts.</summary>
    public required string File { get; init; }

    /// <summary>A second model to compare with on the same rows, addressed likewise. Default none.</summary>
    public string? Baseline { get; init; }

    /// <summary>-100 to 100; evaluations of higher priority run first. Default 0.</summary>
    public int? Priority { get; init; }

    /// <summary>Which workers may take it: <c>auto</c> (default) any, <c>cpu</c> or <c>cuda</c> only such. It waits until there is one.</summary>
    public string? Device { get; init; }
}
