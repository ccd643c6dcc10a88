using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>The special tokens of a tokenizer by their roles: what the files name, and where they name nothing what transformers' class of the family has.</summary>
/// <param name="settings">The files.</param>
/// <param name="family">The family.</param>
/// <param name="general">The class is none of a family's: only what the files name.</param>
internal sealed class NamedTokens(TokenizerSettings settings, HuggingFaceFamily family, bool general)
{
    /// <summary>The token of a role, or null.</summary>
    /// <param name="name">Such as <c>mask_token</c>.</param>
    public TokenFlags? this[string name]
    {
        get
        {
            var token = settings.NamedToken(name, general ? null : Default(family, name));

            // RoBERTa's class makes a mask that is given by its name take the space in front of it.
            return token is not null && !general && family == HuggingFaceFamily.Roberta && name == "mask_token" && token == TokenFlags.Named(token.Content)
                ? token with { Lstrip = true }
                : token;
        }
    }

    /// <summary>What the token of a role is in a family unless the files say something else; null for none.</summary>
    public static TokenFlags? Default(HuggingFaceFamily family, string name)
    {
        var content = (family, name) switch
        {
            (HuggingFaceFamily.Gpt2, "bos_token" or "eos_token" or "unk_token") => "<|endoftext|>",
            (HuggingFaceFamily.Gpt2, _) => null,
            (HuggingFaceFamily.Roberta, "bos_token" or "cls_token") => "<s>",
            (HuggingFaceFamily.Roberta, "eos_token" or "sep_token") => "</s>",
            (HuggingFaceFamily.Roberta, "unk_token") => "<unk>",
            (HuggingFaceFamily.Roberta, "pad_token") => "<pad>",
            (HuggingFaceFamily.Roberta, "mask_token") => "<mask>",
            (_, "unk_token") => "[UNK]",
            (_, "sep_token") => "[SEP]",
            (_, "pad_token") => "[PAD]",
            (_, "cls_token") => "[CLS]",
            (_, "mask_token") => "[MASK]",
            _ => null,
        };
        return content is null ? null : TokenFlags.Named(content);
    }

    /// <summary>Adds, in transformers' order, what is listed, then what is only named.</summary>
    public void AddTo(AddedVocabulary added)
    {
        foreach (var (id, token) in settings.AddedById ?? [])
        {
            added.Add(token, id, HuggingFaceFiles.Settings);
        }

        foreach (var token in TokenizerSettings.Names.Select(name => this[name]).Concat(settings.Extra))
        {
            if (token is not null && !added.Has(token.Content))
            {
                added.Add(token, null, HuggingFaceFiles.Settings);
            }
        }
    }
}
