using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving.Requests;

/// <summary>Answers a classification request, whether a caller waits for it or a job carries it out.</summary>
internal sealed class ClassificationService(ModelRoutes models, IClassificationEngine engine, OcclusionExplainer occlusion, TimeProvider clock)
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
        Require(request.ExitChange is null or (> 0 and <= 2), "exit_change", "must be over 0 and at most 2.");
        Require(request.Explain || request.ExplainMethod is null, "explain_method", "needs 'explain' to be true.");
        if (faults.Count > 0)
        {
            var (param, messages) = faults.First();
            throw new ServiceException(400, "invalid_value", $"'{param}' {messages[0]}", param) { FieldErrors = faults };
        }

        CheckCount(request.Input.Items.Count, "input");
        if (request.ExplainMethod == ExplainMethod.Occlusion)
        {
            CheckOcclusion(request.Input.Items.Count);
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

    /// <summary>Checks what only the model can tell, before a request is put off: its explanation, and whether a single text is too long and may not be cut.</summary>
    /// <exception cref="ServiceException">422 <c>explain_method_unavailable</c> or <c>text_too_long</c>.</exception>
    public async Task CheckWithModelAsync(ClassifyRequest request, ServableModel model, CancellationToken cancellationToken)
    {
        await ExplainedByOcclusionAsync(request, model, cancellationToken);
        if (request is { Truncate: false, Input.IsList: false })
        {
            var read = await engine.TokenizeAsync(model, request.Input.Items, cancellationToken);
            if (read.Items[0].Reading is { Truncated: true } reading)
            {
                Refuse(request, 0, reading.FullLength, read.Config.MaxTokens);
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
        return await AnswerAsync(request, await models.FindAsync(request.Model, cancellationToken), id, priority, cancellationToken);
    }

    /// <summary>Answers a request by a model that was resolved before, whatever its name means by now.</summary>
    /// <param name="request">What is asked; has passed <see cref="Check"/>.</param>
    /// <param name="model">The model.</param>
    /// <param name="id">Id of the answer, <c>cls_…</c>.</param>
    /// <param name="priority">Whether somebody waits.</param>
    /// <param name="cancellationToken">Gone callers are not computed for.</param>
    /// <exception cref="ServiceException">422 for a single text that is too long or a method the model does not have; 429.</exception>
    public async Task<ClassificationResponse> AnswerAsync(
        ClassifyRequest request, ServableModel model, string id, WorkPriority priority, CancellationToken cancellationToken)
    {
        var inputs = request.Input.Items;
        var byOcclusion = await ExplainedByOcclusionAsync(request, model, cancellationToken);
        var readable = Enumerable.Range(0, inputs.Count).Where(index => !inputs[index].IsEmpty).ToArray();
        var answered = new ClassificationItem?[inputs.Count];
        var tokens = 0;
        if (readable.Length > 0)
        {
            var options = new PredictionOptions { MaxRounds = request.MaxRounds, ExitThreshold = request.ExitThreshold, ExitChange = request.ExitChange, WithTrace = request.Explain };
            TextInput[] texts = [.. readable.Select(index => inputs[index])];
            var answers = await engine.ClassifyAsync(model, texts, options, request.Truncate, priority, cancellationToken);
            var explained = byOcclusion ? await occlusion.ExplainAsync(model, texts, answers.Items, options, priority, cancellationToken) : default;
            var composer = new AnswerComposer(request, answers.Config, answers.Calibration);
            for (var i = 0; i < readable.Length; i++)
            {
                var (index, item) = (readable[i], answers.Items[i]);
                answered[index] = item.Prediction is { } prediction
                    ? composer.Compose(index, texts[i], item.Reading, prediction, explained.Explanations?[i])
                    : Refuse(request, index, item.Reading.FullLength, answers.Config.MaxTokens);
                tokens += item.Prediction is null ? 0 : item.Reading.Length;
            }

            tokens += explained.Tokens;
        }

        var data = answered.Select((item, index) => item ?? new RefusedItem(index, new ItemError("text_empty", EmptyMessage))).ToArray();
        var usage = new ClassificationUsage(data.Count(item => item is AnsweredItem), tokens);
        return new ClassificationResponse(id, "classification", model.Address, Timestamps.ToUnixSeconds(clock.NowMicroseconds()), data, usage);
    }

    /// <summary>Classifies all of the texts or none, for dialects whose answers have no place for the error of a single text.</summary>
    /// <exception cref="ServiceException">As the HTTP contract says: 400 and 413 for the number of texts, 422 for a text that cannot be classified, 404, 422, 429.</exception>
    public async Task<ClassifiedTexts> ClassifyAllAsync(TextQuery query, CancellationToken cancellationToken)
    {
        CheckCount(query.Inputs.Count, query.Field);
        for (var index = 0; index < query.Inputs.Count; index++)
        {
            if (query.Inputs[index].IsEmpty)
            {
                throw ServiceException.Unusable("text_empty", query.Locate(index, EmptyMessage), query.Field);
            }
        }

        var model = await models.FindAsync(query.Model, cancellationToken);
        var answers = await engine.ClassifyAsync(model, query.Inputs, query.Options, query.Truncate, WorkPriority.Interactive, cancellationToken);
        for (var index = 0; index < answers.Items.Count; index++)
        {
            if (answers.Items[index] is { Prediction: null, Reading: var reading })
            {
                throw ServiceException.Unusable("text_too_long", query.Locate(index, TooLong(reading.FullLength, answers.Config.MaxTokens)), query.Field);
            }
        }

        return answers;
    }

    /// <summary>A model that can answer, with its labels.</summary>
    /// <exception cref="ServiceException">404, 422, or 500 when its files are damaged.</exception>
    public async Task<ServedModel> DescribeAsync(string address, CancellationToken cancellationToken)
    {
        var model = await models.FindAsync(address, cancellationToken);
        return new ServedModel(model.Address, model.ManifestSha256, await engine.DescribeAsync(model, cancellationToken));
    }

    private async Task<bool> ExplainedByOcclusionAsync(ClassifyRequest request, ServableModel model, CancellationToken cancellationToken)
    {
        if (!request.Explain || request.ExplainMethod == ExplainMethod.Occlusion)
        {
            return request.Explain;
        }

        var config = await engine.DescribeAsync(model, cancellationToken);
        var attends = config.Feedback?.Feedback == FeedbackKind.Attention;
        if (request.ExplainMethod == ExplainMethod.FeedbackAttention && !attends)
        {
            throw ServiceException.Unusable(
                "explain_method_unavailable", "The model has no attention feedback; ask for \"occlusion\", or leave 'explain_method' out.", "explain_method");
        }

        // Nobody asked for it by name: a longer list is answered without explanations, not refused.
        return !attends && request.Input.Items.Count <= OcclusionExplainer.MaxTexts;
    }

    private static void CheckOcclusion(int texts)
    {
        if (texts > OcclusionExplainer.MaxTexts)
        {
            throw ServiceException.TooLarge(
                "too_many_items", $"'input' has {texts} texts; explained by occlusion, one request takes at most {OcclusionExplainer.MaxTexts}.", "input");
        }
    }

    private static void CheckCount(int texts, string field)
    {
        if (texts == 0)
        {
            throw ServiceException.Invalid("input_empty", $"'{field}' is an empty list; send at least one text.", field);
        }

        if (texts > MaxItems)
        {
            throw ServiceException.TooLarge("too_many_items", $"'{field}' has {texts} texts; one request takes at most {MaxItems}.", field);
        }
    }

    private static string TooLong(int tokens, int limit) => $"{TooLongMessage} It has {tokens} tokens; the limit is {limit}.";

    private static RefusedItem Refuse(ClassifyRequest request, int index, int tokens, int limit)
    {
        var message = TooLong(tokens, limit);
        return request.Input.IsList
            ? new RefusedItem(index, new ItemError("text_too_long", message))
            : throw ServiceException.Unusable("text_too_long", message, "input");
    }
}
