namespace FeedbackService.Model.Tokenization.Bpe;

/// <summary>Tokens and merges of a byte-level BPE tokenizer (Sennrich et al. 2016, arXiv:1508.07909; over bytes Radford et al. 2019).</summary>
public sealed class ByteLevelBpeVocabulary
{
    /// <summary>Most tokens, and most merges.</summary>
    public const int MaxTokens = 1_000_000;

    private const int MaxTokenLength = 1024;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly Dictionary<ulong, (int Rank, int Id)> _merges = [];
    private readonly int[] _bytes = new int[256];

    /// <summary>Makes a vocabulary.</summary>
    /// <param name="tokens">Tokens in the order of their ids, written in GPT-2's characters for bytes; none twice.</param>
    /// <param name="merges">Pairs of tokens that are joined, the first to be joined first. Both, and the two written together, are tokens.</param>
    /// <exception cref="ArgumentException">There are none or too many, one is empty, overlong, twice or holds half a character, or a merge is of no tokens.</exception>
    public ByteLevelBpeVocabulary(IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(merges);
        if (tokens.Count is 0 or > MaxTokens || merges.Count > MaxTokens)
        {
            throw new ArgumentException($"A vocabulary has 1 to {MaxTokens} tokens and at most as many merges, not {tokens.Count} and {merges.Count}.", nameof(tokens));
        }

        Tokens = [.. tokens];
        Merges = [.. merges];
        for (var id = 0; id < Tokens.Count; id++)
        {
            var token = Tokens[id];
            if (token.Length is 0 or > MaxTokenLength || !UnicodeText.IsWellFormed(token) || !_ids.TryAdd(token, id))
            {
                throw new ArgumentException(
                    $"Token {id} is empty, longer than {MaxTokenLength} characters, holds half a character or stands twice.", nameof(tokens));
            }
        }

        _byText = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var rank = 0; rank < Merges.Count; rank++)
        {
            var (left, right) = Merges[rank];
            if (left.Concat(right).Any(char.IsWhiteSpace))
            {
                throw new ArgumentException($"Merge {rank + 1} is of a token with a space or a line break: neither is one of GPT-2's characters for bytes.", nameof(merges));
            }

            if (!_ids.TryGetValue(left, out var first) || !_ids.TryGetValue(right, out var second) || !_ids.TryGetValue(left + right, out var joined))
            {
                throw new ArgumentException($"Merge {rank + 1} is of tokens, or makes one, that the vocabulary does not have.", nameof(merges));
            }

            // Of equal merges the last counts, as with Hugging Face.
            _merges[Pair(first, second)] = (rank, joined);
        }

        for (var value = 0; value < _bytes.Length; value++)
        {
            _bytes[value] = _ids.GetValueOrDefault(ByteAlphabet.Characters[value].ToString(), -1);
        }
    }

    /// <summary>All tokens by id.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>All merges by rank.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>Number of ids.</summary>
    public int Count => Tokens.Count;

    /// <summary>Whether every byte is a token, so that nothing can be unknown.</summary>
    internal bool HasAllBytes => !_bytes.Contains(-1);

    /// <summary>Looks a token up as it is written in the file.</summary>
    public bool TryGetId(string token, out int id) => _ids.TryGetValue(token, out id);

    internal bool TryGetId(ReadOnlySpan<char> token, out int id) => _byText.TryGetValue(token, out id);

    /// <summary>Id of a single byte, or -1.</summary>
    internal int IdOf(byte value) => _bytes[value];

    /// <summary>Rank of the merge of two tokens, or -1, and the id of what it makes.</summary>
    internal int RankOf(int left, int right, out int joined)
    {
        if (_merges.TryGetValue(Pair(left, right), out var merge))
        {
            joined = merge.Id;
            return merge.Rank;
        }

        joined = -1;
        return -1;
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}
