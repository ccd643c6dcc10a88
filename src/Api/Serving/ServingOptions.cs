using System.ComponentModel.DataAnnotations;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Model.Numerics;

namespace FeedbackService.Api.Serving;

/// <summary>Limits of the inference queue and of loaded models. Section <c>Serving</c>.</summary>
public sealed class ServingOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Serving";

    /// <summary>Texts of interactive requests that may wait at once; beyond, requests get 429. Default 4096.</summary>
    [Range(1, 1_000_000)]
    public int QueueTexts { get; set; } = 4096;

    /// <summary>
    /// About how long interactive texts may wait at once, by what rounds of their models have lately cost; beyond, requests get 429 with the time until there is room. Default 5 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan QueueTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Token rows of one batch at most; a single longer text runs alone. Default 16384.</summary>
    [Range(1, 10_000_000)]
    public int BatchTokens { get; set; } = 16384;

    /// <summary>Texts of one batch at most. Default 64.</summary>
    [Range(1, 4096)]
    public int BatchTexts { get; set; } = 64;

    /// <summary>
    /// About how long a round of a batch of interactive texts may take, and hence a text that comes just then wait for it: its tokens are cut to what the model has lately read in that time. Default 250 ms; a single text
    /// runs however long it takes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan InteractiveBatchTime { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// About how long a batch of background texts may take, and hence an interactive text that comes just then wait for it: its tokens are
    /// cut to what the model has lately read in that time. Default 25 ms; a single text runs however long it takes. Where no interactive text has come for ten seconds, <see cref="InteractiveBatchTime"/>
    /// holds for them too.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan BackgroundBatchTime { get; set; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Which library computes models on a CPU: <c>Auto</c> (the faster one, found out by a race when a model is loaded), <c>Torch</c>, <c>Onnx</c> or <c>OnnxInt8</c>. Default Auto.</summary>
    public ServingProvider Provider { get; set; } = ServingProvider.Auto;

    /// <summary>The same for all versions of single models, by name. Default none.</summary>
    public Dictionary<string, ServingProvider> Providers { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// In what models compute, on this process's device. Default float32. Bfloat16 is for GPUs; answers differ from those in float32 in the third digit, and a CPU without instructions for it takes many times as long. A device
    /// that does not compute it is refused at the start.
    /// </summary>
    [EnumDataType(typeof(ComputePrecision))]
    public ComputePrecision Precision { get; set; }

    /// <summary>Bytes of artifacts kept loaded; the least recently used are let go beyond it. Default 4 GiB.</summary>
    [Range(1, long.MaxValue)]
    public long LoadedBytes { get; set; } = 4L << 30;

    /// <summary>
    /// Texts whose predictions are kept and answered again without a model, those asked for lately and often; about 400 bytes and 8 more per label each. Default 0: none.
    /// </summary>
    [Range(0, 100_000_000)]
    public int CachedTexts { get; set; }

    /// <summary>
    /// Model addresses, separated by semicolons, whose models are loaded after the start and kept loaded whatever <see cref="LoadedBytes"/> says: <c>news;tickets:3;spam@champion</c>.
    /// A process that answers no requests loads none. Null (default): none.
    /// </summary>
    public string? Pinned { get; set; }

    /// <summary><see cref="Pinned"/> one by one.</summary>
    public IReadOnlyList<string> PinnedAddresses => Pinned?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().ToArray() ?? [];
}
