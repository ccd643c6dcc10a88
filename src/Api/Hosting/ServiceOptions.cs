using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Hosting;

/// <summary>
/// Settings of a process: section <c>FeedbackService</c> of the configuration, <c>FEEDBACKSERVICE_…</c> in the
/// environment, or the command line, the later winning. <see cref="ServiceSettings"/> names them.
/// </summary>
public sealed class ServiceOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "FeedbackService";

    /// <summary>Folder of database, files and models. Default: <c>feedbackservice</c> in the user's data folder.</summary>
    [Required]
    public string DataDir { get; set; } = DefaultDataFolder.Path;

    /// <summary>Connection string of a PostgreSQL database for several processes; null: SQLite in the data folder, for one process.</summary>
    public string? Database { get; set; }

    /// <summary>File with that connection string, as containers are given secrets; null: none.</summary>
    public string? DatabaseFile { get; set; }

    /// <summary>Where files and models are kept: a folder or <c>s3://BUCKET[/PREFIX]</c>; null: the data folder.</summary>
    public string? Artifacts { get; set; }

    /// <summary>What this process does. Default: everything.</summary>
    public ServiceRole Role { get; set; } = ServiceRole.All;

    /// <summary>Whether it answers requests. A worker alone answers how it is, and its metrics.</summary>
    public bool AnswersRequests => Role != ServiceRole.Worker;

    /// <summary>Whether it takes jobs.</summary>
    public bool TakesJobs => Role != ServiceRole.Api;

    /// <summary><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. Default: a GPU if there is one that works.</summary>
    [RegularExpression("^(auto|cpu|cuda(:[0-9]{1,2})?)$", ErrorMessage = "--device must be auto, cpu, cuda or cuda:N.")]
    public string Device { get; set; } = "auto";

    /// <summary>Folder with libtorch to load instead of the one that came along; null: the one that came along.</summary>
    public string? TorchNative { get; set; }

    /// <summary>Cores that trainings leave to serving. Default 0: trainings use all.</summary>
    [Range(0, 1024, ErrorMessage = "--serving-cores must be 0 to 1024.")]
    public int ServingCores { get; set; }

    /// <summary>Threads of libtorch for serving: the reserved cores, else all.</summary>
    public int ServingThreads => ServingCores > 0 ? Math.Min(ServingCores, Environment.ProcessorCount) : Environment.ProcessorCount;

    /// <summary>File that the log is also written to; null: console only.</summary>
    public string? LogFile { get; set; }

    /// <summary>Least severe lines that are logged. Default Information: changes of state and failures.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>How log lines look.</summary>
    public LogFormat LogFormat { get; set; }

    /// <summary>Port of the Open Inference Protocol over gRPC, on the host of the first address; null (default): not offered.</summary>
    [Range(1, 65535, ErrorMessage = "--grpc-port must be 1 to 65535.")]
    public int? GrpcPort { get; set; }

    /// <summary>Fine-tunes the bundled sample when the registry is empty, so that there is something to ask. Default true.</summary>
    public bool SampleOnFirstStart { get; set; } = true;

    /// <summary>An admin key; null: keys are those of the database. 32 to 256 visible ASCII characters.</summary>
    public string? AdminKey { get; set; }

    /// <summary>File with an admin key, as containers are given secrets; null: none.</summary>
    public string? AdminKeyFile { get; set; }

    /// <summary>Origins whose pages may call the service from a browser, separated by semicolons; null: none but its own.</summary>
    public string? CorsOrigins { get; set; }

    /// <summary><see cref="CorsOrigins"/> one by one.</summary>
    public IReadOnlyList<string> AllowedOrigins => CorsOrigins?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Where checkpoints are fetched from by repository. Default https://huggingface.co.</summary>
    [Url(ErrorMessage = "--hub-url must be a URL such as https://huggingface.co.")]
    public string HubUrl { get; set; } = "https://huggingface.co";

    /// <summary>Token for repositories that are not public; null: none.</summary>
    public string? HubToken { get; set; }

    /// <summary>Hosts that the hub may redirect to, separated by semicolons, <c>*.</c> for all below one. Default those of huggingface.co.</summary>
    public string HubRedirects { get; set; } = "*.huggingface.co;*.hf.co";

    /// <summary>Largest body of a request that classifies, in bytes. Default 32 MiB.</summary>
    [Range(1024, int.MaxValue, ErrorMessage = "--max-classify-bytes must be 1024 to 2147483647.")]
    public int MaxClassifyBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Largest upload in bytes. Default 2 GiB.</summary>
    [Range(1, long.MaxValue, ErrorMessage = "--max-upload-bytes must be at least 1.")]
    public long MaxUploadBytes { get; set; } = 2L * 1024 * 1024 * 1024;
}
