using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Vocabulary;

/// <summary>The pieces learned so far by id, and their ids by text.</summary>
internal sealed class PieceTable
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _tokens = [];

    public PieceTable(WordPieceConfig config)
    {
        string[] special = [config.PadToken, config.UnknownToken, config.ClassToken, config.SeparatorToken, config.MaskToken];
        foreach (var token in special)
        {
            Add(token);
        }

        SpecialCount = _tokens.Count;
    }

    /// <summary>Tokens as the vocabulary writes them.</summary>
    public IReadOnlyList<string> Tokens => _tokens;

    /// <summary>Ids below this are special tokens, which no text is made of.</summary>
    public int SpecialCount { get; }

    public int Add(string text, bool continuation) => Add(continuation ? WordPieceVocabulary.ContinuationPrefix + text : text);

    /// <summary>Id of the character, or -1 when it is not in the alphabet.</summary>
    public int Find(string text, bool continuation) =>
        _ids.TryGetValue(continuation ? WordPieceVocabulary.ContinuationPrefix + text : text, out var id) ? id : -1;

    /// <summary>The piece that two neighbours become. The same text has one id, whichever way it came about.</summary>
    public int Merge(int left, int right) => Add(_tokens[left] + _tokens[right][WordPieceVocabulary.ContinuationPrefix.Length..]);

    private int Add(string token)
    {
        if (!_ids.TryGetValue(token, out var id))
        {
            id = _tokens.Count;
            _tokens.Add(token);
            _ids.Add(token, id);
        }

        return id;
    }
}
