namespace FeedbackService.Training.Options;

/// <summary>What the rounds are taught one after the other.</summary>
public enum CurriculumKind
{
    /// <summary>Every round the whole label.</summary>
    None,

    /// <summary>Labels are paths such as <c>a/b/c</c>: early rounds are taught their first parts, the last one all of them.</summary>
    Taxonomy,
}
