using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Storage.Contents;

/// <summary>What a process keeps of a store elsewhere. Section <c>Storage</c>.</summary>
internal sealed class StorageOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Storage";

    /// <summary>Bytes of fetched content kept in the data folder; beyond it the least recently used goes, but nothing used within the last hour. Default 20 GiB.</summary>
    [Range(0, long.MaxValue)]
    public long CacheBytes { get; set; } = 20L * 1024 * 1024 * 1024;
}
