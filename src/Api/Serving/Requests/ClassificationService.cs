using FeedbackService.Api.Errors;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Serving.Requests;

/// <summary>Answers a classification request, whether a caller waits for it or a job carries it out.</summary>
internal sealed class ClassificationService(ModelRegistry models, IClassificationEngine engine, TimeProvider clock)
{
    /// <summary>Most texts of one request.</summary>
    public const int MaxItems = 1000;

    private const string EmptyMessage = "The text is empty or only white space; send at least one visible character.";
    private const string TooLongMessage = "The text has more tokens than the model reads; shorten it, or leave 'truncate' true.";

    /// <summary>Checks what can be checked without a model.</summary>
    /// <exception cref="ServiceException">
    /// 400 for a value out of range, null for model or input, or an empty list; 413 for too many texts; 422 for a single text that is empty.
    /// </exception>
    public static void Check(ClassifyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var faults = new Dictionary<string, string[]>();
        Require(request.Model is not null, "model", "must be the name of a model.");
        Require(request.TopK is null or >= 1, "top_k", "must be 1 or more.");
        Require(request.Threshold is null or (>= 0 and <= 1), "threshold", "must be between 0 and 1.");
        Require(request.MaxRounds is null or >= 0, "max_rounds", "must be 0 or more.");
        Require(request.ExitThreshold is null or (> 0 and <= 1), "exit_threshold", "must be over 0 and at most 1.");
        if (faults.Count > 0)
        {
            var (param, messages) = faults.First();
            throw new ServiceException(400, "invalid_value", $"'{param}' {messages[0]}", param) { FieldErrors = faults };
        }

        if (request.Input.Items.Count == 0)
        {
            throw ServiceException.Invalid("input_empty", "'input' is an empty list; send at least one text.", "input");
        }

        if (request.Input.Items.Count > MaxItems)
        {
            throw ServiceException.TooLarge("too_many_items", $"'input' has {request.Input.Items.Count} texts; one request takes at most {MaxItems}.", "input");
        }

        if (request.Input is { IsList: false, Items: [{ IsEmpty: true }] })
        {
            throw ServiceException.Unusable("text_empty", EmptyMessage, "input");
        }

        void Require(bool holds, string param, string message)
        {
            if (!holds)
            {
                faults[param] = [message];
            }
        }
    }

    /// <summary>Answers the request.</summary>
    /// <param name="request">What is asked; checked here too, for a stored request comes without the route's check.</param>
    /// <param name="id">Id of the answer, <c>cls_…</c>.</param>
    /// <param name="priority">Whether somebody waits.</param>
    /// <param name="cancellationToken">Gone callers are not computed for.</param>
    /// <exception cref="ServiceException">As the HTTP contract says: what <see cref="Check"/> refuses, 404, 422, 429.</exception>
    public async Task<ClassificationResponse> AnswerAsync(ClassifyRequest request, string id, WorkPriority priority, CancellationToken cancellationToken)
    {
        Check(request);
        var inputs = request.Input.Items;
        var model = await models.ResolveServableAsync(request.Model, cancellationToken);
        var readable = Enumerable.Range(0, inputs.Count).Where(index => !inputs[index].IsEmpty).ToArray();
        var answered = new ClassificationItem?[inputs.Count];
        var tokens = 0;
        if (readable.Length > 0)
        {
            var options = new PredictionOptions { MaxRounds = request.MaxRounds, ExitThreshold = request.ExitThreshold, WithTrace = request.Explain };
            var answers = await engine.ClassifyAsync(model, [.. readable.Select(index => inputs[index])], options, request.Truncate, priority, cancellationToken);
            var composer = new AnswerComposer(request, answers.Config, answers.Calibration);
            for (var i = 0; i < readable.Length; i++)
            {
                var (index, item) = (readable[i], answers.Items[i]);
                answered[index] = item.Prediction is { } prediction
                    ? composer.Compose(index, inputs[index], item.Tokens, prediction)
                    : Refuse(request, index, item.Tokens.FullLength, answers.Config.MaxTokens);
                tokens += item.Prediction is null ? 0 : item.Tokens.Ids.Length;
            }
        }

        var data = answered.Select((item, index) => item ?? new RefusedItem(index, new ItemError("text_empty", EmptyMessage))).ToArray();
        var usage = new ClassificationUsage(data.Count(item => item is AnsweredItem), tokens);
        return new ClassificationResponse(id, "classification", model.Address, Timestamps.ToUnixSeconds(clock.NowMicroseconds()), data, usage);
    }

    private static RefusedItem Refuse(ClassifyRequest request, int index, int tokens, int limit)
    {
        var message = $"{TooLongMessage} It has {tokens} tokens; the limit is {limit}.";
        return request.Input.IsList
            ? new RefusedItem(index, new ItemError("text_too_long", message))
            : throw ServiceException.Unusable("text_too_long", message, "input");
    }
}
