namespace FeedbackService.Model.HuggingFace;

/// <summary>What a family calls the parts of its language head.</summary>
/// <param name="Layer">The map before the vocabulary.</param>
/// <param name="Norm">The norm behind it.</param>
/// <param name="Biases">Where the bias per token may stand; it is one and the same wherever it stands.</param>
/// <param name="Decoder">The map to the vocabulary, where it is written out although it is the encoder's table.</param>
internal sealed record LanguageHeadNames(string Layer, string Norm, IReadOnlyList<string> Biases, string Decoder);
