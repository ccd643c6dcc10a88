namespace FeedbackService.Training.Datasets;

/// <summary>What separates the fields of a row.</summary>
internal static class Delimiters
{
    /// <summary>The separator that a sample's first row uses, judged by how often each stands outside quotes.</summary>
    public static byte Find(ReadOnlySpan<byte> sample)
    {
        int tabs = 0;
        int commas = 0;
        int semicolons = 0;
        int bars = 0;
        bool quoted = false;
        foreach (byte b in sample.TrimStart("\r\n"u8))
        {
            if (b == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted)
            {
                if (b is (byte)'\n' or (byte)'\r')
                {
                    break;
                }

                tabs += b == '\t' ? 1 : 0;
                commas += b == ',' ? 1 : 0;
                semicolons += b == ';' ? 1 : 0;
                bars += b == '|' ? 1 : 0;
            }
        }

        return tabs > 0 && tabs >= commas ? (byte)'\t'
            : commas > 0 ? (byte)','
            : semicolons > 0 ? (byte)';'
            : bars > 0 ? (byte)'|' : (byte)',';
    }

    /// <summary>Its name in a sentence.</summary>
    public static string Name(byte delimiter) => delimiter switch
    {
        (byte)'\t' => "tabs",
        (byte)';' => "semicolons",
        (byte)'|' => "bars",
        _ => "commas",
    };
}
