namespace FeedbackService.Api.Registry;

/// <summary>Names no registered model may take because something else answers to them.</summary>
/// <param name="PresetIds">Ids of the presets.</param>
internal sealed record ReservedNames(IReadOnlySet<string> PresetIds)
{
    /// <summary>Whether a model may not have this name.</summary>
    public bool Contains(string name) => name == ModelNames.Latest || PresetIds.Contains(name);
}
