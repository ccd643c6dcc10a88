namespace FeedbackService.Training.Loop;

/// <summary>The data, or the base model, cannot be trained as asked.</summary>
public sealed class TrainingDataException : Exception
{
    /// <summary>Code of a file without a label column or usable labels.</summary>
    public const string NoLabels = "no_labels";

    /// <summary>Code of a file in which all texts have the same label.</summary>
    public const string OneClass = "one_class";

    /// <summary>Code of a file without a usable row.</summary>
    public const string NoRows = "no_rows";

    /// <summary>Code of several labels on a row where one is asked for.</summary>
    public const string SeveralLabels = "several_labels";

    /// <summary>Code of a validation file of which nothing can be used.</summary>
    public const string ValidationUnusable = "validation_unusable";

    /// <summary>Code of a class weight for a label that does not occur.</summary>
    public const string UnknownLabel = "unknown_label";

    /// <summary>Code of texts without a token that could be hidden.</summary>
    public const string NothingToMask = "nothing_to_mask";

    /// <summary>Code of a base whose tokenizer has no token for what is hidden.</summary>
    public const string NoMaskToken = "no_mask_token";

    /// <summary>Code of a base that the method is not for.</summary>
    public const string MethodNotSupported = "method_not_supported";

    /// <summary>Creates the exception.</summary>
    /// <param name="code">One of this class's codes.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="parameter">Part of the request that is to blame.</param>
    public TrainingDataException(string code, string message, string parameter = "training_file")
        : base(message) => (Code, Parameter) = (code, parameter);

    /// <summary>Stable code, one of this class's constants.</summary>
    public string Code { get; }

    /// <summary>Part of the request that is to blame.</summary>
    public string Parameter { get; }
}
