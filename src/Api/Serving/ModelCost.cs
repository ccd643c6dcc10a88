namespace FeedbackService.Api.Serving;

/// <summary>
/// What rounds of a model lately cost: seconds = a + b · tokens, fitted by least squares in which a round counts the less the longer ago it was, and how many rounds a text takes.
/// Thread-safe.
/// </summary>
internal sealed class ModelCost
{
    // What a round still counts for when the next one comes: the last thirty or so decide.
    private const double Kept = 0.97;

    // Of what a token costs at the mean, the least that it is taken to cost: a round that happened to be slow would else make tokens look free.
    private const double LeastSlope = 0.1;

    // Token counts that differ by less than this share of their mean tell nothing of a.
    private const double LeastSpread = 0.05;

    /// <summary>Rounds of a model that has just been loaded that do not count: libtorch warms up in them, and what they cost would have requests refused for nothing.</summary>
    internal const int FirstRounds = 3;

    private readonly Lock _gate = new();
    private int _rounded;
    private double _weight;
    private double _tokens;
    private double _seconds;
    private double _tokensSquared;
    private double _product;
    private double _texts;
    private double _rounds;

    /// <summary>Counts a round of a batch.</summary>
    public void Add(int tokens, TimeSpan elapsed)
    {
        var seconds = elapsed.TotalSeconds;
        lock (_gate)
        {
            if (++_rounded <= FirstRounds)
            {
                return;
            }

            _weight = (Kept * _weight) + 1;
            _tokens = (Kept * _tokens) + tokens;
            _seconds = (Kept * _seconds) + seconds;
            _tokensSquared = (Kept * _tokensSquared) + ((double)tokens * tokens);
            _product = (Kept * _product) + (tokens * seconds);
        }
    }

    /// <summary>Counts a text that is done.</summary>
    /// <param name="rounds">Feedback rounds it took; 0 for the plain pass alone.</param>
    public void Answered(int rounds)
    {
        lock (_gate)
        {
            (_texts, _rounds) = ((Kept * _texts) + 1, (Kept * _rounds) + rounds + 1);
        }
    }

    /// <summary>
    /// Tokens whose round takes about so long, at least 1; null until the model has warmed up. Where a round takes nearly as long without any tokens, those that double it: fewer would not make it much shorter.
    /// </summary>
    public long? TokensIn(TimeSpan time)
    {
        lock (_gate)
        {
            var (fixedSeconds, perToken) = Fit();
            return _weight == 0 ? null : (long)Math.Max(1, Math.Max(time.TotalSeconds - fixedSeconds, fixedSeconds) / perToken);
        }
    }

    /// <summary>About how many seconds texts take, whatever else waits; 0 until the model has warmed up.</summary>
    /// <param name="texts">How many.</param>
    /// <param name="tokens">Their tokens.</param>
    /// <param name="batchTexts">Most texts of a batch.</param>
    /// <param name="batchTokens">Most tokens of a batch.</param>
    public double Seconds(int texts, long tokens, int batchTexts, int batchTokens)
    {
        lock (_gate)
        {
            if (_weight == 0)
            {
                return 0;
            }

            var (fixedSeconds, perToken) = Fit();

            // A text over the budget is a batch of its own; there are never more of them than texts.
            var batches = Math.Max(Math.Ceiling((double)texts / batchTexts), Math.Min(texts, Math.Ceiling((double)tokens / batchTokens)));
            var rounds = _texts > 0 ? _rounds / _texts : 1;
            return rounds * ((batches * fixedSeconds) + (tokens * perToken));
        }
    }

    private (double Fixed, double PerToken) Fit()
    {
        if (_weight == 0)
        {
            return (0, 1);
        }

        var (meanTokens, meanSeconds) = (_tokens / _weight, _seconds / _weight);
        var variance = (_tokensSquared / _weight) - (meanTokens * meanTokens);
        var steepest = Math.Max(meanSeconds, 1e-9) / meanTokens;
        var perToken = variance > LeastSpread * LeastSpread * meanTokens * meanTokens
            ? Math.Clamp(((_product / _weight) - (meanTokens * meanSeconds)) / variance, steepest * LeastSlope, steepest)
            : steepest;
        return (meanSeconds - (perToken * meanTokens), perToken);
    }
}
