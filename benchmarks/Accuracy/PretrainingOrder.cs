namespace FeedbackService.Accuracy;

/// <summary>One comparison of pre-training with a start from nothing.</summary>
/// <param name="Set">Name of the set.</param>
/// <param name="Data">Folder of the set.</param>
/// <param name="Seed">Of weights, order, split, dropout and the choice of the few labels.</param>
/// <param name="Threads">Of libtorch.</param>
/// <param name="Epochs">Of the pre-training; null for what it comes with.</param>
internal sealed record PretrainingOrder(string Set, string Data, int Seed, int Threads, int? Epochs);
