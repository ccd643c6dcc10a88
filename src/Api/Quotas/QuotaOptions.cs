using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Quotas;

/// <summary>How much one key may have. Section <c>Quotas</c>; 0 is no limit. Callers of an open service have no key and no limit.</summary>
internal sealed class QuotaOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Quotas";

    /// <summary>Jobs that have not ended: trainings, evaluations and batches together. Default 1000.</summary>
    [Range(0, 10_000_000)]
    public int WaitingJobs { get; set; } = 1000;

    /// <summary>Asynchronous classifications that have not ended. Default 10000.</summary>
    [Range(0, 10_000_000)]
    public int WaitingClassifications { get; set; } = 10_000;

    /// <summary>Bytes of the files it has uploaded and of those its jobs have made; results are kept even so. Default 0: no limit.</summary>
    [Range(0, long.MaxValue)]
    public long FileBytes { get; set; }

    /// <summary>Registered models its trainings have made or are to make. Default 0: no limit.</summary>
    [Range(0, 10_000_000)]
    public int Models { get; set; }
}
