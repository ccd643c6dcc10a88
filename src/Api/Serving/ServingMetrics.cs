using System.Diagnostics;
using FeedbackService.Api.Observability;
using FeedbackService.Model.Inference;
using Prometheus;
using TorchSharp;

namespace FeedbackService.Api.Serving;

/// <summary>What serving is counted and timed by. The series of a priority are looked up once: counting happens per batch and text.</summary>
internal sealed class ServingMetrics
{
    private static readonly double[] Seconds = [.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];
    private static readonly double[] Texts = [1, 2, 4, 8, 16, 32, 64, 128, 256];
    private static readonly double[] Tokens = [16, 64, 256, 1024, 4096, 16384, 65536];
    private static readonly double[] Rounds = [0, 1, 2, 3, 4, 8];

    private readonly Series[] _series;
    private readonly Counter.Child[] _exits;
    private readonly Histogram _rounds;
    private readonly Counter _textsFailed;
    private readonly Gauge _models;
    private readonly Gauge _modelBytes;
    private readonly Counter _evictions;
    private readonly Counter _loads;
    private readonly Histogram _loadSeconds;
    private readonly Gauge _pinned;

    /// <summary>Makes the series; those of the queue and of the predictions kept are read from them at each scrape.</summary>
    public ServingMetrics(CollectorRegistry registry, InferenceQueue queue, ResultCache results)
    {
        Models = new ModelMetrics(registry);
        var factory = Metrics.WithCustomRegistry(registry);
        var requests = factory.CreateCounter(
            "feedbackservice_classify_requests_total", "Requests to the engine: classifications, and chunks of evaluations and batches.", "priority", "outcome");
        var texts = factory.CreateCounter("feedbackservice_classify_texts_total", "Texts classified.", "priority");
        var tokens = factory.CreateCounter("feedbackservice_classify_tokens_total", "Tokens of the texts classified.", "priority");
        var tokenize = Histogram("feedbackservice_classify_tokenize_seconds", "Time to tokenize the texts of a request.", Seconds);
        var wait = Histogram("feedbackservice_classify_queue_wait_seconds", "Time a text waited for the inference thread.", Seconds);
        var compute = Histogram("feedbackservice_classify_compute_seconds", "Time of a round of a batch on the inference thread.", Seconds);
        var shared = factory.CreateCounter(
            "feedbackservice_classify_shared_texts_total", "Texts answered by an equal one that was under way; not among those classified.", "priority");
        var lookups = factory.CreateCounter(
            "feedbackservice_classify_cache_lookups_total", "Texts of answered requests looked for among the predictions kept; those not found are classified. None where no predictions are kept.", "priority", "result");
        var batchTexts = Histogram("feedbackservice_classify_batch_texts", "Texts of a batch in a round.", Texts);
        var batchTokens = Histogram("feedbackservice_classify_batch_tokens", "Tokens of a batch in a round.", Tokens);
        _series = [.. Enum.GetValues<WorkPriority>().Select(MetricLabel.Of).Select(label => new Series(
            [.. Enum.GetValues<RequestOutcome>().Select(outcome => requests.WithLabels(label, MetricLabel.Of(outcome)))],
            texts.WithLabels(label),
            tokens.WithLabels(label),
            shared.WithLabels(label),
            lookups.WithLabels(label, "hit"),
            lookups.WithLabels(label, "miss"),
            tokenize.WithLabels(label),
            wait.WithLabels(label),
            compute.WithLabels(label),
            batchTexts.WithLabels(label),
            batchTokens.WithLabels(label)))];

        var exits = factory.CreateCounter("feedbackservice_classify_exits_total", "Texts by why they took no further round.", "exit");
        _exits = [.. Enum.GetValues<ExitReason>().Select(exit => exits.WithLabels(MetricLabel.Of(exit)))];
        _rounds = factory.CreateHistogram(
            "feedbackservice_classify_rounds", "Feedback rounds a text took; 0 is the plain pass.", new HistogramConfiguration { Buckets = Rounds });
        _textsFailed = factory.CreateCounter("feedbackservice_classify_texts_failed_total", "Texts that failed on the inference thread.");
        _models = factory.CreateGauge("feedbackservice_models_loaded", "Models in memory.");
        _modelBytes = factory.CreateGauge("feedbackservice_models_loaded_bytes", "Size on disk of the models in memory.");
        _evictions = factory.CreateCounter("feedbackservice_model_evictions_total", "Models let go to make room for others.");
        _loads = factory.CreateCounter("feedbackservice_model_loads_total", "Models loaded, or not.", "outcome");
        _loads.WithLabels("loaded").Publish();
        _loads.WithLabels("failed").Publish();
        _loadSeconds = factory.CreateHistogram(
            "feedbackservice_model_load_seconds", "Time to verify and load a model.", new HistogramConfiguration { Buckets = [.01, .05, .1, .5, 1, 5, 30] });
        _pinned = factory.CreateGauge("feedbackservice_models_pinned", "Addresses of Serving:Pinned whose models are held in memory.");
        Watch(registry, factory, queue);
        var kept = factory.CreateGauge("feedbackservice_cached_texts", "Texts whose predictions are kept.");
        registry.AddBeforeCollectCallback(() => kept.Set(results.Count));

        Histogram Histogram(string name, string help, double[] buckets) =>
            factory.CreateHistogram(name, help, ["priority"], new HistogramConfiguration { Buckets = buckets });
    }

    /// <summary>By version, of those in memory.</summary>
    public ModelMetrics Models { get; }

    /// <summary>A request to the engine has ended.</summary>
    public void CountRequest(WorkPriority priority, RequestOutcome outcome) => _series[(int)priority].Requests[(int)outcome].Inc();

    /// <summary>Those texts of a request that nobody else had under way have been tokenized.</summary>
    public void Tokenized(WorkPriority priority, ModelMetrics.Series? model, TimeSpan elapsed)
    {
        _series[(int)priority].Tokenize.Observe(elapsed.TotalSeconds);
        model?.Tokenize.Observe(elapsed.TotalSeconds);
    }

    /// <summary>Texts of a request have been answered by equal ones that were under way.</summary>
    public void Shared(WorkPriority priority, ModelMetrics.Series? model, int texts)
    {
        _series[(int)priority].Shared.Inc(texts);
        model?.Shared.Inc(texts);
    }

    /// <summary>The texts of a request that was answered had been looked for among the predictions kept.</summary>
    public void LookedUp(WorkPriority priority, ModelMetrics.Series? model, int hits, int misses)
    {
        _series[(int)priority].Hits.Inc(hits);
        _series[(int)priority].Misses.Inc(misses);
        model?.Hits.Inc(hits);
        model?.Misses.Inc(misses);
    }

    /// <summary>The models of so many addresses are held in memory.</summary>
    public void ModelsPinned(int addresses) => _pinned.Set(addresses);

    /// <summary>Texts have been taken on by the inference thread.</summary>
    public void Joined(WorkPriority priority, IReadOnlyList<InferenceItem> items)
    {
        foreach (var item in items)
        {
            _series[(int)priority].Wait.Observe(Stopwatch.GetElapsedTime(item.QueuedAt, item.BeganAt).TotalSeconds);
            item.Series?.Joined(item);
        }
    }

    /// <summary>A round of a batch has been computed.</summary>
    /// <param name="size">Of the batch.</param>
    /// <param name="fill">Share of what it might have had.</param>
    /// <param name="elapsed">What the round took.</param>
    public void RoundDone(RoundSize size, double fill, TimeSpan elapsed)
    {
        var series = _series[(int)size.Priority];
        series.Compute.Observe(elapsed.TotalSeconds);
        series.BatchTexts.Observe(size.Texts);
        series.BatchTokens.Observe(size.Tokens);
        size.Series?.RoundDone(size.Places - size.Tokens, fill);
    }

    /// <summary>Texts have their answers.</summary>
    public void Answered(WorkPriority priority, IReadOnlyList<(InferenceItem Item, Prediction Prediction)> answers)
    {
        var series = _series[(int)priority];
        foreach (var (item, prediction) in answers)
        {
            series.Texts.Inc();
            series.Tokens.Inc(item.Tokens.Ids.Length);
            _rounds.Observe(prediction.Rounds);
            _exits[(int)prediction.Exit].Inc();
            item.Series?.Answered(item, prediction);
        }
    }

    /// <summary>A text has failed on the inference thread.</summary>
    public void TextFailed(InferenceItem item)
    {
        _textsFailed.Inc();
        item.Series?.TextsFailed.Inc();
    }

    /// <summary>A model has been loaded.</summary>
    public void ModelLoaded(TimeSpan elapsed)
    {
        _loads.WithLabels("loaded").Inc();
        _loadSeconds.Observe(elapsed.TotalSeconds);
    }

    /// <summary>A model could not be loaded.</summary>
    public void ModelFailed() => _loads.WithLabels("failed").Inc();

    /// <summary>A model was let go for want of room.</summary>
    public void ModelEvicted() => _evictions.Inc();

    /// <summary>What is in memory now.</summary>
    public void ModelsHeld(int models, long bytes)
    {
        _models.Set(models);
        _modelBytes.Set(bytes);
    }

    private static void Watch(CollectorRegistry registry, IMetricFactory factory, InferenceQueue queue)
    {
        var texts = factory.CreateGauge("feedbackservice_queue_texts", "Texts waiting for the inference thread.", ["priority"]);
        var oldest = factory.CreateGauge("feedbackservice_queue_oldest_seconds", "How long the first of them has waited; 0 when none waits.", ["priority"]);
        var tokens = factory.CreateGauge("feedbackservice_queue_tokens", "Tokens of interactive texts waiting.");
        var tensors = factory.CreateGauge("feedbackservice_tensors", "Tensors of libtorch alive, weights and those that wait for the garbage collector among them. TorchSharp counts each parameter of a model once too often and for good when the model is made: what grows between loads is a leak.");
        registry.AddBeforeCollectCallback(() =>
        {
            foreach (var priority in Enum.GetValues<WorkPriority>())
            {
                var (waiting, age) = queue.Waiting(priority);
                texts.WithLabels(MetricLabel.Of(priority)).Set(waiting);
                oldest.WithLabels(MetricLabel.Of(priority)).Set(age.TotalSeconds);
            }

            tokens.Set(queue.InteractiveTokens);
            tensors.Set(torch.Tensor.TotalCount);
        });
    }

    private sealed record Series(
        Counter.Child[] Requests,
        Counter.Child Texts,
        Counter.Child Tokens,
        Counter.Child Shared,
        Counter.Child Hits,
        Counter.Child Misses,
        Histogram.Child Tokenize,
        Histogram.Child Wait,
        Histogram.Child Compute,
        Histogram.Child BatchTexts,
        Histogram.Child BatchTokens);
}
