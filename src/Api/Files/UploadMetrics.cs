using FeedbackService.Api.Storage.Entities;
using Prometheus;

namespace FeedbackService.Api.Files;

/// <summary>What was uploaded.</summary>
internal sealed class UploadMetrics
{
    private readonly Counter _files;
    private readonly Counter _bytes;

    /// <summary>Makes the series.</summary>
    public UploadMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        _files = factory.CreateCounter("feedbackservice_uploads_total", "Files uploaded and kept.", "purpose");
        _bytes = factory.CreateCounter("feedbackservice_upload_bytes_total", "Bytes of these files.", "purpose");
        foreach (var purpose in FilePurpose.Uploads)
        {
            _files.WithLabels(purpose).Publish();
            _bytes.WithLabels(purpose).Publish();
        }
    }

    /// <summary>A file was uploaded.</summary>
    public void Count(FileRow file)
    {
        _files.WithLabels(file.Purpose).Inc();
        _bytes.WithLabels(file.Purpose).Inc(file.Bytes);
    }
}
