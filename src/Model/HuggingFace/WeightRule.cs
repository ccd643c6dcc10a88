namespace FeedbackService.Model.HuggingFace;

/// <summary>Where one tensor of ours stands in a checkpoint.</summary>
/// <param name="Target">Our name, as in <c>state_dict()</c> of the classifier.</param>
/// <param name="Shape">Our shape.</param>
/// <param name="Form">What is done to the sources.</param>
/// <param name="Sources">Names in the checkpoint, without the family's prefix.</param>
internal sealed record WeightRule(string Target, IReadOnlyList<long> Shape, WeightForm Form, IReadOnlyList<string> Sources)
{
    /// <summary>Shape that each source has.</summary>
    public IReadOnlyList<long> SourceShape => Form switch
    {
        WeightForm.Transposed => [.. Shape.Reverse()],
        WeightForm.Stacked => [Shape[0] / Sources.Count, .. Shape.Skip(1)],
        _ => Shape,
    };
}
