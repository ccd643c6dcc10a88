using System.Text;
using FeedbackService.Model.Files;

namespace FeedbackService.Model.Tokenization;

/// <summary>The tokens of a WordPiece tokenizer by id: one per line in <c>vocab.txt</c>, the first line has id 0.</summary>
public sealed class WordPieceVocabulary
{
    /// <summary>Marks a token that goes on with a word.</summary>
    public const string ContinuationPrefix = "##";

    /// <summary>Most tokens that a file may hold.</summary>
    public const int MaxTokens = 1_000_000;

    private const int MaxTokenLength = 1024;
    private const char ByteOrderMark = '\uFEFF';
    private const long MaxFileBytes = 64 << 20;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _words;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _continuations;

    /// <summary>Makes a vocabulary.</summary>
    /// <param name="tokens">Tokens in the order of their ids; a repeated token has the id of its last place, as with Hugging Face.</param>
    /// <exception cref="ArgumentException">There are none or too many, or one is empty, overlong, holds a line break or half a character, or the first begins with U+FEFF.</exception>
    public WordPieceVocabulary(IReadOnlyList<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Count is 0 or > MaxTokens)
        {
            throw new ArgumentException($"A vocabulary has 1 to {MaxTokens} tokens, not {tokens.Count}.", nameof(tokens));
        }

        if (tokens[0].StartsWith(ByteOrderMark))
        {
            throw new ArgumentException("Token 0 begins with U+FEFF, which at the beginning of a file is no part of it.", nameof(tokens));
        }

        Tokens = [.. tokens];
        var words = new Dictionary<string, int>(StringComparer.Ordinal);
        var continuations = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < Tokens.Count; id++)
        {
            var token = Tokens[id];
            if (Problem(token) is { } problem)
            {
                throw new ArgumentException($"Token {id} {problem}.", nameof(tokens));
            }

            words[token] = id;
            if (token.Length > ContinuationPrefix.Length && token.StartsWith(ContinuationPrefix, StringComparison.Ordinal))
            {
                continuations[token[ContinuationPrefix.Length..]] = id;
            }

            LongestToken = Math.Max(LongestToken, token.Length);
        }

        _words = words.GetAlternateLookup<ReadOnlySpan<char>>();
        _continuations = continuations.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>All tokens by id.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Number of ids.</summary>
    public int Count => Tokens.Count;

    internal int LongestToken { get; }

    /// <summary>Reads <c>vocab.txt</c>.</summary>
    /// <exception cref="InvalidFileException">The file is missing, too large, not UTF-8, or has an empty or overlong line.</exception>
    public static WordPieceVocabulary Load(string path)
    {
        var file = Path.GetFileName(path);
        string text;
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
            {
                throw new InvalidFileException(file, $"more than {MaxFileBytes} bytes.");
            }

            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidFileException(file, "cannot be read.", exception);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidFileException(file, $"not valid UTF-8 at byte {exception.Index}.", exception);
        }

        var lines = text.TrimStart(ByteOrderMark).Split('\n').ToList();
        if (lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        if (lines.Count is 0 or > MaxTokens)
        {
            throw new InvalidFileException(file, $"has {lines.Count} tokens; 1 to {MaxTokens} are allowed.");
        }

        for (var i = 0; i < lines.Count; i++)
        {
            lines[i] = lines[i].TrimEnd('\r');
            if (Problem(lines[i]) is { } problem)
            {
                throw new InvalidFileException(file, i + 1, $"the token {problem}.");
            }
        }

        return new WordPieceVocabulary(lines);
    }

    /// <summary>Writes <c>vocab.txt</c>.</summary>
    public void Save(string path) => File.WriteAllText(path, string.Join('\n', Tokens) + "\n", new UTF8Encoding(false));

    /// <summary>Looks a token up as it is written in the file.</summary>
    public bool TryGetId(string token, out int id) => _words.TryGetValue(token, out id);

    /// <summary>The longest token that begins <paramref name="rest"/>: a word's beginning, or its continuation without the prefix.</summary>
    internal int LongestMatch(ReadOnlySpan<char> rest, bool continuation, out int id)
    {
        var lookup = continuation ? _continuations : _words;
        for (var length = Math.Min(rest.Length, LongestToken); length > 0; length--)
        {
            if (lookup.TryGetValue(rest[..length], out id))
            {
                return length;
            }
        }

        id = -1;
        return 0;
    }

    private static string? Problem(string token) => token.Length switch
    {
        0 => "is empty",
        > MaxTokenLength => $"has {token.Length} characters; at most {MaxTokenLength} are allowed",
        _ => token.AsSpan().IndexOfAny('\r', '\n') >= 0 ? "holds a line break"
            : !UnicodeText.IsWellFormed(token) ? "holds half a character"
            : null,
    };
}
