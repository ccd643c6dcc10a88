namespace FeedbackService.Api.Hosting;

/// <summary>Where data lies unless told otherwise.</summary>
public static class DefaultDataFolder
{
    /// <summary><c>$XDG_DATA_HOME/feedbackservice</c>, or the platform's own data folder of the user (<c>~/.local/share</c> on Linux).</summary>
    public static string Path
    {
        get
        {
            // SpecialFolder.LocalApplicationData honours XDG_DATA_HOME and is empty for a user without a home.
            var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return System.IO.Path.Combine(data.Length > 0 ? data : AppContext.BaseDirectory, "feedbackservice");
        }
    }
}
