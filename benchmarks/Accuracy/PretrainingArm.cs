namespace FeedbackService.Accuracy;

/// <summary>A classifier of the comparison.</summary>
/// <param name="Labels">Labelled texts; null for all of the training part.</param>
/// <param name="Pretrained">Started from the pre-trained encoder.</param>
/// <param name="Accuracy">On the test part.</param>
/// <param name="Seconds">Processor seconds of the supervised training.</param>
internal sealed record PretrainingArm(int? Labels, bool Pretrained, double Accuracy, double Seconds);
