namespace FeedbackService.Model.Encoders;

/// <summary>Texts of a layout that stand side by side and are about equally long.</summary>
/// <param name="FirstRow">Row of their first token in the whole layout; their other tokens follow.</param>
/// <param name="Layout">Of these texts alone. Owned by the whole layout.</param>
internal sealed record TokenGroup(int FirstRow, TokenLayout Layout);
