using System.Text.Json.Serialization;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Model.Tokenization;

/// <summary>Settings of a tokenizer, as kept in <c>tokenizer_config.json</c>; the member <c>type</c> names the kind.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(WordPieceConfig), "word_piece")]
[JsonDerivedType(typeof(ByteLevelBpeConfig), "byte_level_bpe")]
[JsonDerivedType(typeof(HashedNgramConfig), "hashed_ngrams")]
public abstract record TokenizerConfig;
