namespace FeedbackService.Model.Configuration;

/// <summary>Where the norm of a Transformer sublayer stands.</summary>
public enum NormPlacement
{
    /// <summary>x + f(LN(x)), with one norm after the last layer. Trains from scratch without a long warm-up.</summary>
    Pre,

    /// <summary>LN(x + f(x)), the original and BERT's.</summary>
    Post,
}
