using System.Security.Cryptography;

namespace FeedbackService.Api.Storage;

/// <summary>Identifiers as they appear on the wire: a prefix and 24 lower-case letters and digits.</summary>
public static class Ids
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int Length = 24;

    /// <summary>An uploaded or produced file.</summary>
    public static string NewFile() => "file-" + Suffix();

    /// <summary>The file with the figures of a fine-tuning job: always the same, so that making it again after a crash makes no second one.</summary>
    public static string ResultFileOf(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        return "file-" + jobId[^Length..];
    }

    /// <summary>A fine-tuning job.</summary>
    public static string NewFineTuningJob() => "ftjob-" + Suffix();

    /// <summary>An event of a job.</summary>
    public static string NewEvent() => "ftevent-" + Suffix();

    /// <summary>A checkpoint.</summary>
    public static string NewCheckpoint() => "ftckpt_" + Suffix();

    /// <summary>A batch.</summary>
    public static string NewBatch() => "batch_" + Suffix();

    /// <summary>An answered line of a batch.</summary>
    public static string NewBatchRequest() => "batch_req_" + Suffix();

    /// <summary>A classification, synchronous or not.</summary>
    public static string NewClassification() => "cls_" + Suffix();

    /// <summary>An evaluation.</summary>
    public static string NewEvaluation() => "eval_" + Suffix();

    /// <summary>An import.</summary>
    public static string NewImport() => "import_" + Suffix();

    /// <summary>An API key.</summary>
    public static string NewKey() => "key_" + Suffix();

    private static string Suffix() => RandomNumberGenerator.GetString(Alphabet, Length);
}
