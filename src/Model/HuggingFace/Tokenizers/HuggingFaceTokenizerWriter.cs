using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>Writes a tokenizer so that transformers and transformers.js load it and give the same ids, and <see cref="HuggingFaceTokenizerReader"/> reads it as it was.</summary>
public static class HuggingFaceTokenizerWriter
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true, NewLine = "\n" };

    /// <summary>
    /// Writes <c>tokenizer.json</c>, <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>vocab.txt</c>, or <c>vocab.json</c> with
    /// <c>merges.txt</c>. A tokenizer that takes special tokens written in a text for text is written with <c>split_special_tokens</c>. Without
    /// <c>tokenizer.json</c> goes a vocabulary that has a token on two lines: only <c>vocab.txt</c> can say so, and BERT's original rules become those of the
    /// tokenizers library then.
    /// </summary>
    /// <param name="tokenizer">WordPiece or byte-level BPE, as the family has.</param>
    /// <param name="directory">An existing folder; files of these names are overwritten.</param>
    /// <param name="family">The checkpoint's family.</param>
    /// <param name="modelMaxLength">Most tokens of a text; at least 1.</param>
    /// <exception cref="NotSupportedException">The family has no such tokenizer, or a setting cannot be expressed there; the message says which.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Write(ITextTokenizer tokenizer, string directory, HuggingFaceFamily family, int modelMaxLength)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentOutOfRangeException.ThrowIfLessThan(modelMaxLength, 1);
        switch (tokenizer, family)
        {
            case (WordPieceTextTokenizer pieces, HuggingFaceFamily.Bert or HuggingFaceFamily.DistilBert):
                var wordPiece = new WordPieceWriter(pieces, family);
                WriteJson(directory, wordPiece.Tokenizer(), wordPiece.Settings(modelMaxLength));
                pieces.Vocabulary.Save(Path.Combine(directory, HuggingFaceFiles.WordPieces));
                break;
            case (ByteLevelBpeTokenizer bytes, HuggingFaceFamily.Roberta or HuggingFaceFamily.Gpt2):
                var bpe = new ByteLevelBpeWriter(bytes, family);
                WriteJson(directory, bpe.Tokenizer(), bpe.Settings(modelMaxLength));
                ByteLevelBpeFiles.Save(bytes.Vocabulary, directory);
                break;
            default:
                throw new NotSupportedException(
                    $"{family} checkpoints have no tokenizer like {tokenizer.GetType().Name}: BERT and DistilBERT have WordPiece, RoBERTa and GPT-2 byte-level BPE.");
        }
    }

    private static void WriteJson(string directory, JsonObject? tokenizer, JsonObject settings)
    {
        var special = new JsonObject();
        foreach (var name in TokenizerSettings.Names)
        {
            if (settings[name] is { } token)
            {
                special[name] = token.DeepClone();
            }
        }

        if (tokenizer is not null)
        {
            Save(directory, HuggingFaceFiles.Tokenizer, tokenizer);
        }
        else
        {
            // One that was there before would be read instead of the vocabulary.
            File.Delete(Path.Combine(directory, HuggingFaceFiles.Tokenizer));
        }

        Save(directory, HuggingFaceFiles.Settings, settings);
        Save(directory, HuggingFaceFiles.SpecialTokens, special);
    }

    private static void Save(string directory, string file, JsonObject content) =>
        File.WriteAllText(Path.Combine(directory, file), content.ToJsonString(Json) + "\n");
}
