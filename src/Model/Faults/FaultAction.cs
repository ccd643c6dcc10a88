namespace FeedbackService.Model.Faults;

/// <summary>What a process does to itself at a fault point.</summary>
public enum FaultAction
{
    /// <summary>SIGKILL: nothing of the process runs after it.</summary>
    Kill,

    /// <summary>SIGSTOP: it stands still until somebody continues it.</summary>
    Stop,

    /// <summary>An <see cref="IOException"/>, as from a disk or a network that refuses.</summary>
    Throw,

    /// <summary>It aborts, as native code does that finds its memory damaged.</summary>
    Exit,
}
