namespace FeedbackService.Model.Tokenization.Added;

/// <summary>A stretch of a text: an added token, or what lies between them.</summary>
/// <param name="Start">First code unit.</param>
/// <param name="End">One past the last code unit.</param>
/// <param name="Id">Id of the added token; -1 for text between.</param>
internal readonly record struct TextSection(int Start, int End, int Id)
{
    public const int NoToken = -1;
}
