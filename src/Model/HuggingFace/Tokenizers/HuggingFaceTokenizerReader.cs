using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>
/// Reads the tokenizer of a Hugging Face checkpoint so that every text has the ids that transformers' fast tokenizer gives it. Whatever is not implemented is
/// refused.
/// </summary>
public static class HuggingFaceTokenizerReader
{
    // Of this class tokenizer.json alone says everything.
    private static readonly string[] General = ["PreTrainedTokenizerFast", "TokenizersBackend"];

    /// <summary>
    /// Reads <c>tokenizer.json</c> where there is one, else <c>vocab.txt</c> (BERT, DistilBERT) or <c>vocab.json</c> with <c>merges.txt</c> (RoBERTa, GPT-2);
    /// and <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c> where they are.
    /// </summary>
    /// <param name="directory">Folder of the checkpoint; other files in it are not looked at.</param>
    /// <param name="family">What the checkpoint's <c>config.json</c> says it is.</param>
    /// <exception cref="InvalidFileException">A file is missing, wrong, too large or asks for what is not implemented; the message names file and member.</exception>
    public static ImportedTokenizer Read(string directory, HuggingFaceFamily family)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var settings = TokenizerSettings.Read(directory);
        var general = ThrowIfOtherClass(settings, family);
        var named = new NamedTokens(settings, family, general);
        if (general && !File.Exists(Path.Combine(directory, HuggingFaceFiles.Tokenizer)))
        {
            throw new InvalidFileException(HuggingFaceFiles.Tokenizer, $"is missing; a {settings.TokenizerClass} is nothing without it.");
        }

        ITextTokenizer tokenizer = family switch
        {
            HuggingFaceFamily.Bert or HuggingFaceFamily.DistilBert => WordPieceReader.Read(directory, family, settings, named),
            HuggingFaceFamily.Roberta or HuggingFaceFamily.Gpt2 => ByteLevelBpeReader.Read(directory, family, settings, named),
            _ => throw new ArgumentOutOfRangeException(nameof(family), family, "There is no such family."),
        };
        return new ImportedTokenizer(tokenizer, settings.ModelMaxLength);
    }

    private static bool ThrowIfOtherClass(TokenizerSettings settings, HuggingFaceFamily family)
    {
        string[] names = family switch
        {
            HuggingFaceFamily.Roberta => ["RobertaTokenizer"],
            HuggingFaceFamily.Gpt2 => ["GPT2Tokenizer"],
            _ => ["BertTokenizer", "DistilBertTokenizer"],
        };
        if (settings.TokenizerClass is null || names.Any(name => settings.TokenizerClass == name || settings.TokenizerClass == $"{name}Fast"))
        {
            return false;
        }

        return General.Contains(settings.TokenizerClass) ? true : throw new InvalidFileException(
            HuggingFaceFiles.Settings, $"tokenizer_class is {settings.TokenizerClass}; of {family} only {string.Join(", ", names.Concat(General))} can be read.");
    }
}
