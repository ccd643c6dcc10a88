namespace FeedbackService.Accuracy;

/// <summary>Arms over one preset on one set.</summary>
/// <param name="Set">Folder of the set, with train.csv and test.csv.</param>
/// <param name="Preset">Preset all arms start from.</param>
/// <param name="Arms">In the order in which they are run.</param>
internal sealed record Study(string Set, string Preset, IReadOnlyList<Arm> Arms)
{
    /// <summary>For people and for keys.</summary>
    public string Name => $"{Preset} on {Set}";
}
