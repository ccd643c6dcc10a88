namespace FeedbackService.Model.Tests.HuggingFace.References;

/// <summary>What a reference made of one input.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Types">Segments.</param>
/// <param name="Offsets">Start and end of every token in code points; empty where the reference gives none.</param>
internal sealed record ReferenceEncoding(int[] Ids, int[] Types, int[][] Offsets);
