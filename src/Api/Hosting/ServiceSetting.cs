namespace FeedbackService.Api.Hosting;

/// <summary>One setting as people name it.</summary>
/// <param name="Name">Without dashes in front: <c>data-dir</c> is <c>--data-dir</c> and <c>FEEDBACKSERVICE_DATA_DIR</c>.</param>
/// <param name="Key">Configuration key it sets.</param>
/// <param name="Value">Form of the value, for the help.</param>
/// <param name="Help">What it does, with the default.</param>
/// <param name="IsSwitch">The value may be left out and then means on.</param>
public sealed record ServiceSetting(string Name, string Key, string Value, string Help, bool IsSwitch = false)
{
    /// <summary>Name in the environment.</summary>
    public string Variable => "FEEDBACKSERVICE_" + Name.Replace('-', '_').ToUpperInvariant();
}
