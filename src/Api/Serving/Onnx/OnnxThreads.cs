namespace FeedbackService.Api.Serving.Onnx;

/// <summary>On how many threads a graph is computed.</summary>
internal enum OnnxThreads
{
    /// <summary>On all of its model's: the fastest for one group of texts.</summary>
    All,

    /// <summary>On the caller's own, beside others that compute other groups.</summary>
    One,
}
