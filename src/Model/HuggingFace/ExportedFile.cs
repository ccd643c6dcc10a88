namespace FeedbackService.Model.HuggingFace;

/// <summary>A file of a checkpoint that is made when it is asked for.</summary>
/// <param name="Name">Name within the checkpoint.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Write">Writes it from start to end; reads the artifact, which must still be there.</param>
public sealed record ExportedFile(string Name, long Bytes, Action<Stream> Write);
