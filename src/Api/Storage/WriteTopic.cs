namespace FeedbackService.Api.Storage;

/// <summary>What transactions that check and then write are serial in.</summary>
public enum WriteTopic
{
    /// <summary>Models, versions, aliases, checkpoints, and who reads them.</summary>
    Registry,

    /// <summary>Files and their contents.</summary>
    Files,

    /// <summary>API keys.</summary>
    Keys,
}
