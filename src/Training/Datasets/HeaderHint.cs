using System.Globalization;

namespace FeedbackService.Training.Datasets;

/// <summary>What a first row without a usual name tells about the file; for a message.</summary>
internal static class HeaderHint
{
    private const int LongestUsualName = 40;
    private const int MostWordsOfAName = 3;

    /// <summary>A sentence with a blank behind it, or nothing.</summary>
    public static string For(IReadOnlyList<string> columns) => columns switch
    {
        [] => "",
        [['s' or 'S', 'e' or 'E', 'p' or 'P', '=', ..], ..] => "The first line is a spreadsheet's note on its separator; remove that line. ",
        [['#', ..], ..] => "The first line is a comment; remove it. ",
        [['<', ..], ..] => "The file looks like HTML or XML rather than CSV. ",
        _ when columns.Contains("messages", StringComparer.Ordinal) =>
            "These look like chats; write one {\"text\":\"…\",\"label\":\"…\"} per line instead. ",
        _ when columns.Any(LooksLikeData) => "The first line looks like data: if it is, put a line of column names, such as text,label, above it. ",
        _ => "",
    };

    private static bool LooksLikeData(string column) =>
        column.Length > LongestUsualName || column.AsSpan().Count(' ') >= MostWordsOfAName || double.TryParse(column, CultureInfo.InvariantCulture, out _) || column is [.., '.' or '!' or '?'];
}
