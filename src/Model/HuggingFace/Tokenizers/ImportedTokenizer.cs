using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>What <see cref="HuggingFaceTokenizerReader"/> found.</summary>
/// <param name="Tokenizer">Gives the ids that the checkpoint was trained with.</param>
/// <param name="ModelMaxLength">Most tokens that the checkpoint's makers meant a text to have; null where the files name no bound.</param>
public sealed record ImportedTokenizer(ITextTokenizer Tokenizer, int? ModelMaxLength);
