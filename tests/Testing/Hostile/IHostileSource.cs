namespace FeedbackService.Testing.Hostile;

/// <summary>Makes hostile inputs of one kind.</summary>
public interface IHostileSource
{
    /// <summary>What it makes, for reports.</summary>
    string Name { get; }

    /// <summary>Makes one.</summary>
    /// <param name="number">Number of the input within the kind, from 0: those who go through all cases go through them in this order.</param>
    /// <param name="random">Decides all else.</param>
    HostileInput Make(long number, Random random);
}
