using System.Collections.Concurrent;
using System.Diagnostics;
using FeedbackService.Api.Observability;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Model.Inference;
using Prometheus;

namespace FeedbackService.Api.Serving;

/// <summary>What versions of models are counted and timed by while they are in memory. A version's series go with it, so that there are never more than models in memory.</summary>
internal sealed class ModelMetrics
{
    private static readonly double[] Seconds = [.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];
    private static readonly double[] Shares = [.05, .1, .25, .5, .75, .9, 1];
    private static readonly double[] RoundCounts = [0, 1, 2, 3, 4, 8];
    private static readonly string[] Labels = ["model", "version"];

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);

    // A version is in memory more than once where it is computed by several providers.
    private readonly Dictionary<string, List<ServingProvider>> _providers = new(StringComparer.Ordinal);
    private readonly Counter _requests;
    private readonly Counter _texts;
    private readonly Counter _tokens;
    private readonly Counter _shared;
    private readonly Counter _lookups;
    private readonly Counter _padding;
    private readonly Counter _exits;
    private readonly Counter _failed;
    private readonly Histogram _wait;
    private readonly Histogram _tokenize;
    private readonly Histogram _compute;
    private readonly Histogram _total;
    private readonly Histogram _fill;
    private readonly Histogram _rounds;
    private readonly Gauge _bytes;
    private readonly Gauge _provider;

    /// <summary>Makes the families.</summary>
    public ModelMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        _requests = factory.CreateCounter("feedbackservice_model_requests_total", "Requests to a version; refused ones got 429, cancelled ones were given up by their callers.", [.. Labels, "outcome"]);
        _texts = factory.CreateCounter("feedbackservice_model_texts_total", "Texts that a version classified.", Labels);
        _tokens = factory.CreateCounter("feedbackservice_model_tokens_total", "Tokens of these texts.", Labels);
        _shared = factory.CreateCounter("feedbackservice_model_shared_texts_total", "Texts answered by an equal one that was under way; not among those classified.", Labels);
        _lookups = factory.CreateCounter(
            "feedbackservice_model_cache_lookups_total", "Texts of answered requests looked for among the predictions kept; those not found are classified.", [.. Labels, "result"]);
        _padding = factory.CreateCounter("feedbackservice_model_padding_tokens_total", "Places for tokens in batches that would be empty if all texts of a batch were padded to the longest. Few of them are computed.", Labels);
        _exits = factory.CreateCounter("feedbackservice_model_exits_total", "Texts by why they took no further round.", [.. Labels, "exit"]);
        _failed = factory.CreateCounter("feedbackservice_model_texts_failed_total", "Texts that failed on the inference thread.", Labels);
        _wait = Timing("feedbackservice_model_queue_wait_seconds", "Time a text waited for the inference thread.");
        _tokenize = Timing("feedbackservice_model_tokenize_seconds", "Time to tokenize the texts of a request.");
        _compute = Timing("feedbackservice_model_compute_seconds", "Time of a text on the inference thread, all its rounds.");
        _total = Timing("feedbackservice_model_request_seconds", "Time of a request from its texts to their answers.");
        _fill = Of("feedbackservice_model_batch_fill_ratio", "Share of what a batch might have had in a round, of texts or of tokens, whichever was nearer to its limit.", Shares);
        _rounds = Of("feedbackservice_model_rounds", "Feedback rounds a text took; 0 is the plain pass.", RoundCounts);
        _bytes = factory.CreateGauge("feedbackservice_model_loaded_bytes", "Size on disk of a version in memory.", Labels);
        _provider = factory.CreateGauge("feedbackservice_model_provider", "1 for what computes a version in memory.", [.. Labels, "provider"]);

        Histogram Of(string name, string help, double[] buckets) => factory.CreateHistogram(name, help, Labels, new HistogramConfiguration { Buckets = buckets });
        Histogram Timing(string name, string help) => Of(name, help, Seconds);
    }

    /// <summary>The series of a version; null while it is not in memory.</summary>
    /// <param name="address">Its <c>name:version</c>.</param>
    public Series? Find(string address) => _series.GetValueOrDefault(address);

    /// <summary>Makes the series of a version that has been loaded, unless they are there.</summary>
    public void Loaded(string address, long bytes, ServingProvider provider)
    {
        lock (_gate)
        {
            _series.GetOrAdd(address, Create).Bytes.Set(bytes);
            _provider.WithLabels([.. Split(address), MetricLabel.Of(provider)]).Set(1);
            if (_providers.TryGetValue(address, out var providers))
            {
                providers.Add(provider);
            }
            else
            {
                _providers.Add(address, [provider]);
            }
        }
    }

    /// <summary>Notes that a version has been let go of; with the last one its series go.</summary>
    /// <param name="address">Its <c>name:version</c>.</param>
    /// <param name="provider">What computed it.</param>
    public void LetGo(string address, ServingProvider provider)
    {
        lock (_gate)
        {
            var providers = _providers[address];
            providers.Remove(provider);
            if (providers.Count == 0)
            {
                _providers.Remove(address);
                _series.TryRemove(address, out _);
                RemoveSeries(address);
            }
            else if (!providers.Contains(provider))
            {
                _provider.RemoveLabelled([.. Split(address), MetricLabel.Of(provider)]);
            }
        }
    }

    private void RemoveSeries(string address)
    {
        var labels = Split(address);
        foreach (var family in new Collector[] { _requests, _texts, _tokens, _shared, _lookups, _padding, _exits, _failed, _wait, _tokenize, _compute, _total, _fill, _rounds, _bytes, _provider })
        {
            Remove(family, labels);
        }
    }

    private static string[] Split(string address) => address.LastIndexOf(':') is > 0 and var colon ? [address[..colon], address[(colon + 1)..]] : [address, ""];

    private Series Create(string address)
    {
        var labels = Split(address);
        return new Series(
            [.. Enum.GetValues<RequestOutcome>().Select(outcome => Published(_requests.WithLabels([.. labels, MetricLabel.Of(outcome)])))],
            _texts.WithLabels(labels),
            _tokens.WithLabels(labels),
            _shared.WithLabels(labels),
            Published(_lookups.WithLabels([.. labels, "hit"])),
            Published(_lookups.WithLabels([.. labels, "miss"])),
            _padding.WithLabels(labels),
            [.. Enum.GetValues<ExitReason>().Select(exit => Published(_exits.WithLabels([.. labels, MetricLabel.Of(exit)])))],
            _failed.WithLabels(labels),
            _wait.WithLabels(labels),
            _tokenize.WithLabels(labels),
            _compute.WithLabels(labels),
            _total.WithLabels(labels),
            _fill.WithLabels(labels),
            _rounds.WithLabels(labels),
            _bytes.WithLabels(labels));
    }

    private static Counter.Child Published(Counter.Child child)
    {
        child.Publish();
        return child;
    }

    private static void Remove(Collector family, string[] labels)
    {
        switch (family)
        {
            case Counter counter:
                foreach (var values in counter.GetAllLabelValues().Where(values => values.Take(labels.Length).SequenceEqual(labels)).ToList())
                {
                    counter.RemoveLabelled(values);
                }

                break;
            case Histogram histogram:
                histogram.RemoveLabelled(labels);
                break;
            case Gauge gauge:
                foreach (var values in gauge.GetAllLabelValues().Where(values => values.Take(labels.Length).SequenceEqual(labels)).ToList())
                {
                    gauge.RemoveLabelled(values);
                }

                break;
        }
    }

    /// <summary>Series of one version, looked up once: counting happens per text.</summary>
    internal sealed record Series(
        Counter.Child[] Requests,
        Counter.Child Texts,
        Counter.Child Tokens,
        Counter.Child Shared,
        Counter.Child Hits,
        Counter.Child Misses,
        Counter.Child Padding,
        Counter.Child[] Exits,
        Counter.Child TextsFailed,
        Histogram.Child Wait,
        Histogram.Child Tokenize,
        Histogram.Child Compute,
        Histogram.Child Total,
        Histogram.Child Fill,
        Histogram.Child Rounds,
        Gauge.Child Bytes)
    {
        /// <summary>A request has ended.</summary>
        public void CountRequest(RequestOutcome outcome, TimeSpan elapsed)
        {
            Requests[(int)outcome].Inc();
            if (outcome == RequestOutcome.Answered)
            {
                Total.Observe(elapsed.TotalSeconds);
            }
        }

        /// <summary>A text has been taken on by the inference thread.</summary>
        public void Joined(InferenceItem item) => Wait.Observe(Stopwatch.GetElapsedTime(item.QueuedAt, item.BeganAt).TotalSeconds);

        /// <summary>A text has its answer.</summary>
        public void Answered(InferenceItem item, Prediction prediction)
        {
            Texts.Inc();
            Tokens.Inc(item.Tokens.Ids.Length);
            Compute.Observe(Stopwatch.GetElapsedTime(item.BeganAt).TotalSeconds);
            Rounds.Observe(prediction.Rounds);
            Exits[(int)prediction.Exit].Inc();
        }

        /// <summary>A round of a batch has been computed.</summary>
        /// <param name="padding">Places for tokens that are empty where all texts are as long as the longest.</param>
        /// <param name="fill">Share of what the batch might have had.</param>
        public void RoundDone(long padding, double fill)
        {
            Padding.Inc(padding);
            Fill.Observe(Math.Min(1, fill));
        }
    }
}
