using System.Text.Json;
using FeedbackService.Model.Files;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>
/// What <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c> say together, by the rules of transformers' fast tokenizers.
/// Members that change no ids are not looked at, nor are <c>do_basic_tokenize</c> and <c>never_split</c>, which fast tokenizers do not heed.
/// </summary>
internal sealed class TokenizerSettings
{
    private readonly Dictionary<string, TokenFlags?> _named = new(StringComparer.Ordinal);
    private readonly List<TokenFlags> _extra = [];

    private TokenizerSettings(JsonMember root)
    {
        TokenizerClass = root["tokenizer_class"].Text();
        LowerCase = root["do_lower_case"].Flag();
        StripAccents = root["strip_accents"].Flag();
        SaysStripAccents = root["strip_accents"].IsStated;
        SplitChinese = root["tokenize_chinese_chars"].Flag();
        AddPrefixSpace = root["add_prefix_space"].Flag();
        TrimOffsets = root["trim_offsets"].Flag();
        SplitSpecialTokens = root["split_special_tokens"].Flag(false)!.Value;
        ModelMaxLength = MaxLength(root["model_max_length"]);
        TellsSegments = root["model_input_names"].IsGiven
            ? root["model_input_names"].Elements().Any(name => name.NeededText() == "token_type_ids")
            : TokenizerClass?.StartsWith("DistilBert", StringComparison.Ordinal) != true;
        RefuseIf(root["add_bos_token"], "would put a token in front of every text; only checkpoints without it can be read.", SaysTrue);
        RefuseIf(root["add_eos_token"], "would put a token behind every text; only checkpoints without it can be read.", SaysTrue);
        RefuseIf(root["truncation_side"], "would cut texts at their beginning; say \"right\" to have them cut at their end.", member => member.Text() != "right");
        ReadNamed(root);
        AddedById = root["added_tokens_decoder"].IsGiven ? ReadAdded(root["added_tokens_decoder"]) : null;
    }

    /// <summary>Names of the special tokens that <see cref="NamedToken"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    public string? TokenizerClass { get; }

    public bool? LowerCase { get; }

    public bool? StripAccents { get; }

    public bool SaysStripAccents { get; }

    public bool? SplitChinese { get; }

    public bool? AddPrefixSpace { get; }

    public bool? TrimOffsets { get; }

    /// <summary>Special tokens written in a text are text.</summary>
    public bool SplitSpecialTokens { get; }

    public int? ModelMaxLength { get; }

    /// <summary>The model is told which text of a pair a token is of; a class of DistilBERT tells it nothing unless <c>model_input_names</c> says so.</summary>
    public bool TellsSegments { get; }

    /// <summary>Tokens of <c>added_tokens_decoder</c> by rising id; null where there is none.</summary>
    public IReadOnlyList<(int Id, TokenFlags Token)>? AddedById { get; private set; }

    /// <summary>Special tokens without a role.</summary>
    public IReadOnlyList<TokenFlags> Extra => _extra;

    /// <summary>Reads the files, all of which may be missing.</summary>
    /// <exception cref="InvalidFileException">One of them is wrong, or says what cannot be done.</exception>
    public static TokenizerSettings Read(string directory)
    {
        var settings = File.Exists(Path.Combine(directory, HuggingFaceFiles.Settings))
            ? UntrustedFile.ReadJson(directory, HuggingFaceFiles.Settings, root => new TokenizerSettings(root))
            : new TokenizerSettings(new JsonMember(HuggingFaceFiles.Settings, "", JsonDocument.Parse("{}").RootElement));

        // transformers takes these two older files only where the newer one does not list the tokens itself.
        if (settings.AddedById is null && File.Exists(Path.Combine(directory, HuggingFaceFiles.SpecialTokens)))
        {
            UntrustedFile.ReadJson(directory, HuggingFaceFiles.SpecialTokens, root =>
            {
                settings.ReadNamed(root);
                return true;
            });
        }

        if (settings.AddedById is null && File.Exists(Path.Combine(directory, HuggingFaceFiles.AddedTokens)))
        {
            settings.AddedById = UntrustedFile.ReadJson(directory, HuggingFaceFiles.AddedTokens, settings.ReadIds);
        }

        return settings;
    }

    /// <summary>A special token by its role, such as <c>mask_token</c>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="absent">What it is where no file says anything; null for none.</param>
    /// <returns>Null where there is none.</returns>
    public TokenFlags? NamedToken(string name, TokenFlags? absent) => _named.TryGetValue(name, out var found) ? found : absent;

    private static bool SaysTrue(JsonMember member) => member.Flag(false)!.Value;

    private static void RefuseIf(JsonMember member, string reason, Func<JsonMember, bool> condition)
    {
        if (member.IsGiven && condition(member))
        {
            throw member.Refused(reason);
        }
    }

    private static int? MaxLength(JsonMember member)
    {
        if (!member.IsGiven)
        {
            return null;
        }

        // "No bound" is written as 1e30, as a whole number.
        return member.Value.ValueKind == JsonValueKind.Number && member.Value.GetDouble() is >= 1 and var length
            ? length > int.MaxValue ? null : (int)length
            : throw member.Refused("must be a number of at least 1.");
    }

    private void ReadNamed(JsonMember root)
    {
        foreach (var name in Names)
        {
            var member = root[name];
            if (member.IsStated)
            {
                _named[name] = member.IsGiven ? TokenFlags.Read(member, special: true) with { Special = true } : null;
            }
        }

        foreach (var name in (string[])["additional_special_tokens", "extra_special_tokens"])
        {
            var member = root[name];
            if (member.IsGiven)
            {
                var tokens = member.Value.ValueKind == JsonValueKind.Object ? member.Members().Select(entry => entry.Member) : member.Elements();
                _extra.AddRange(tokens.Select(token => TokenFlags.Read(token, special: true) with { Special = true }));
            }
        }
    }

    private static List<(int Id, TokenFlags Token)> ReadAdded(JsonMember member) =>
    [
        .. member.Members()
            .Select(entry => (Id: Id(entry.Name, entry.Member), Token: TokenFlags.Read(entry.Member, special: false)))
            .OrderBy(entry => entry.Id),
    ];

    private static int Id(string name, JsonMember member) =>
        int.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id)
            ? id
            : throw member.Refused("has a name that is no id.");

    private List<(int Id, TokenFlags Token)> ReadIds(JsonMember root)
    {
        var special = _named.Values.Concat(_extra).Select(token => token?.Content).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. root.Members()
                .Select(entry => (entry.Member.Whole(), new TokenFlags(entry.Name, special.Contains(entry.Name), !special.Contains(entry.Name))))
                .OrderBy(entry => entry.Item1),
        ];
    }
}
