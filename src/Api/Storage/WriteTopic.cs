namespace FeedbackService.Api.Storage;

/// <summary>What a transaction that checks and then writes is about; those of one topic happen one after another.</summary>
internal enum WriteTopic
{
    /// <summary>Models, versions, aliases and what lies on disk for them.</summary>
    Registry,

    /// <summary>Files and their content.</summary>
    Files,

    /// <summary>API keys.</summary>
    Keys,
}
