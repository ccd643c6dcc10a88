namespace FeedbackService.Api.Storage.Contents;

/// <summary>How to reach the S3-compatible store that <c>--artifacts s3://BUCKET</c> names. Section <c>S3</c>.</summary>
internal sealed class S3Options
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "S3";

    /// <summary>Address of the store; null: that of AWS for the region.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Region that requests are signed for. Default us-east-1.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>Access key; null: the SDK looks in its usual places (environment, profile, role of the machine).</summary>
    public string? AccessKey { get; set; }

    /// <summary>Its secret.</summary>
    public string? SecretKey { get; set; }

    /// <summary>Whether the bucket is a part of the path instead of the host name; null: yes when an endpoint is given.</summary>
    public bool? PathStyle { get; set; }
}
