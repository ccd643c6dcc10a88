using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Inference;

/// <summary>
/// Predictions under way, the round being the unit: with every <see cref="Advance"/> each text takes one round, those that have settled or reached their cap are answered and
/// leave, and others may join in between. Belongs to the thread that owns the backend. After an exception it is of no use any more.
/// </summary>
/// <typeparam name="T">What the caller knows a text by.</typeparam>
public sealed class PredictionRun<T> : IDisposable
{
    private readonly ClassifierConfig _config;
    private readonly Calibration _calibration;
    private readonly IClassifierRun _run;
    private List<Pending> _active = [];

    internal PredictionRun(ClassifierConfig config, Calibration calibration, IClassifierRun run)
    {
        (_config, _calibration, _run) = (config, calibration, run);
    }

    /// <summary>Texts under way.</summary>
    public int Count => _active.Count;

    /// <summary>Their tokens: what the next <see cref="Advance"/> computes.</summary>
    public int Tokens { get; private set; }

    /// <summary>What the texts under way are known by, in the order in which they joined; of those that joined together the shorter ones first.</summary>
    public IEnumerable<T> Keys => _active.Select(pending => pending.Key);

    private int MaxRounds => _config.Feedback?.Rounds ?? 0;

    /// <summary>Lets texts join, which take their plain pass next, the shorter ones first.</summary>
    /// <param name="texts">One or more in any order, each with what it is known by and how far to take it.</param>
    /// <exception cref="ArgumentException">There is no text, one has no token, or an option is out of range. Nothing has joined.</exception>
    public void Add(IReadOnlyList<(T Key, TokenizedText Text, PredictionOptions Options)> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        foreach (var (_, _, options) in texts)
        {
            options.ThrowIfInvalid();
        }

        // Neighbours of like length are padded together, with little padding where texts are in order of length. Equal ones stay in the order given.
        var ordered = texts.OrderBy(text => text.Text.Ids.Length).ToArray();
        _run.Add(PackedTokens.Pack([.. ordered.Select(text => text.Text)]));
        _active.AddRange(ordered.Select(text => new Pending(text.Key, text.Text.Ids.Length, text.Options)));
        Tokens += ordered.Sum(text => text.Text.Ids.Length);
    }

    /// <summary>Takes every text one round further.</summary>
    /// <returns>The answers of those that are done, in the order of <see cref="Keys"/>.</returns>
    /// <exception cref="ArithmeticException">The classifier gives infinities or NaN.</exception>
    public IReadOnlyList<(T Key, Prediction Prediction)> Advance()
    {
        var output = _run.Advance(_active.Exists(pending => pending.Trace is not null));
        var done = new List<(T, Prediction)>();
        var staying = new List<int>(_active.Count);
        for (var row = 0; row < _active.Count; row++)
        {
            if (Decide(_active[row], output, row) is { } prediction)
            {
                done.Add((_active[row].Key, prediction));
            }
            else
            {
                staying.Add(row);
            }
        }

        GoOnWith(staying);
        return done;
    }

    /// <summary>Lets go of texts whose answer nobody waits for any more.</summary>
    /// <param name="isUnwanted">Asked of what a text is known by.</param>
    /// <returns>What those that left were known by, in the order of <see cref="Keys"/>.</returns>
    public IReadOnlyList<T> Drop(Predicate<T> isUnwanted)
    {
        ArgumentNullException.ThrowIfNull(isUnwanted);
        var unwanted = new List<T>();
        var staying = new List<int>(_active.Count);
        for (var row = 0; row < _active.Count; row++)
        {
            // Asked once each: a caller may go while this runs.
            if (isUnwanted(_active[row].Key))
            {
                unwanted.Add(_active[row].Key);
            }
            else
            {
                staying.Add(row);
            }
        }

        GoOnWith(staying);
        return unwanted;
    }

    /// <summary>Forgets all texts under way, so that after a failure they can be predicted in another run.</summary>
    public void Forget()
    {
        _active = [];
        Tokens = 0;
    }

    /// <summary>Ends the run. Texts under way get no answer.</summary>
    public void Dispose() => _run.Dispose();

    private void GoOnWith(List<int> rows)
    {
        if (rows.Count < _active.Count)
        {
            _run.Keep(rows);
            _active = rows.ConvertAll(row => _active[row]);
            Tokens = _active.Sum(pending => pending.Tokens);
        }
    }

    // The answer, or null when the text takes another round.
    private Prediction? Decide(Pending pending, RoundOutput output, int row)
    {
        var round = output.Rounds[row];
        var probabilities = LabelProbabilities.Of(output.Logits[row], _config.Head, _calibration.TemperatureOf(round));
        pending.Trace?.Add(new PredictionTrace(
            round,
            probabilities,
            LabelProbabilities.Entropy(probabilities, _config.Head),
            output.Traces?[row].Attention,
            output.Traces?[row].GateMean,
            output.Traces?[row].Solution));
        var exit = EarlyExit.Decide(round, MaxRounds, pending.Options, probabilities, pending.Before, _config.Head, _calibration.Thresholds);
        pending.Before = probabilities;
        return exit is { } reason ? new Prediction(output.Logits[row], probabilities, round, reason, pending.Trace) : null;
    }

    private sealed class Pending(T key, int tokens, PredictionOptions options)
    {
        public T Key { get; } = key;

        public int Tokens { get; } = tokens;

        public PredictionOptions Options { get; } = options;

        public List<PredictionTrace>? Trace { get; } = options.WithTrace ? [] : null;

        // Probabilities after the round before.
        public float[]? Before { get; set; }
    }
}
