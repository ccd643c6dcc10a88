namespace FeedbackService.Model.HuggingFace;

/// <summary>A model has no counterpart among the families, so that no checkpoint in Hugging Face layout could say what it says.</summary>
public sealed class NotExportableException(string reason) : Exception(reason);
