namespace FeedbackService.Model.Checkpoints;

/// <summary>A model cannot be expressed in the form that was asked for.</summary>
/// <param name="reason">Why, and what could be, in one or two sentences.</param>
public sealed class NotExportableException(string reason) : Exception(reason);
