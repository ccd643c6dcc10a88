using System.Text;
using FeedbackService.Training.Determinism;

namespace FeedbackService.Training.Tests.Datasets;

/// <summary>Grows small CSV, TSV and JSONL files with the damage that real ones have.</summary>
internal static class DatasetGarden
{
    private static readonly string[] Texts =
        ["good", "two words", "", " ", "comma, inside", "tab\tinside", "semi;colon", "a|b", "say \"hi\"", "日本語の文", "café", "line\nbreak", "line\r\nbreak", "\u200B", "nul\0", "\\u0000", "=1+1", new string('x', 80)];

    private static readonly string[] Labels = ["a", "b", " a ", "A", "", "a|b", "c|", "|", new string('l', 30), "label\0", "é"];
    private static readonly string[] Breaks = ["\n", "\r\n", "\r", "\n\n"];

    /// <summary>A file; most are readable, few are without fault.</summary>
    public static byte[] Grow(ref SplitMix64 random)
    {
        string line = random.Next(4) > 0 ? "\n" : Pick(Breaks, ref random);
        bool json = random.Next(3) == 0;
        char delimiter = ",,,\t;|"[random.Next(6)];
        var file = new StringBuilder(random.Next(10) == 0 ? "\uFEFF" : "");
        if (!json)
        {
            file.Append(Header(delimiter, ref random)).Append(line);
        }

        int rows = random.Next(12);
        for (int i = 0; i < rows; i++)
        {
            file.Append(json ? JsonRow(ref random) : DelimitedRow(delimiter, ref random));
            file.Append(i == rows - 1 && random.Next(2) == 0 ? "" : random.Next(12) == 0 ? Pick(Breaks, ref random) : line);
        }

        byte[] bytes = Encoding.UTF8.GetBytes(file.ToString());
        return random.Next(3) == 0 ? Damage(bytes, ref random) : bytes;
    }

    private static string Header(char delimiter, ref SplitMix64 random) => random.Next(12) switch
    {
        0 => $"text{delimiter}labels",
        1 => $"id{delimiter}\"text\"{delimiter}label",
        2 => $"Text{delimiter}{delimiter}Label",
        3 => $"text{delimiter}text_pair{delimiter}label",
        4 => "text",
        5 => $"text{delimiter}text{delimiter}label",
        6 => $"foo{delimiter}bar",
        _ => $"text{delimiter}label",
    };

    private static string DelimitedRow(char delimiter, ref SplitMix64 random)
    {
        int fields = random.Next(8) switch { 0 => 1, 1 => 3, 2 => 7, _ => 2 };
        var row = new StringBuilder();
        for (int i = 0; i < fields; i++)
        {
            string value = i == fields - 1 ? Pick(Labels, ref random) : Pick(Texts, ref random);
            row.Append(i == 0 ? "" : delimiter.ToString());
            row.Append(random.Next(6) switch
            {
                0 => $"\"{value}",
                1 => $"\"{value}\"x",
                2 => value,
                _ when value.AsSpan().ContainsAny([delimiter, '"', '\n', '\r']) => $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
                _ => value,
            });
        }

        return row.ToString();
    }

    private static string JsonRow(ref SplitMix64 random)
    {
        string text = JsonValue(Pick(Texts, ref random), ref random);
        string label = JsonValue(Pick(Labels, ref random), ref random);
        return random.Next(14) switch
        {
            0 => $"{{\"text\":{text},\"text\":{text}}}",
            1 => $"{{\"text\":{text},\"labels\":[{label},{label}]}}",
            2 => $"{{\"text\":{text},\"labels\":[]}}",
            3 => $"[{text}]",
            4 => $"{{\"text\":{text}",
            5 => $"{{\"text\":{text},\"label\":{label},\"more\":{{\"a\":{{\"b\":[[[1]]]}}}}}}",
            6 => $"{{\"label\":{label}}}",
            7 => "",
            8 => "{",
            _ => $"{{\"text\":{text},\"label\":{label}}}",
        };
    }

    private static string JsonValue(string value, ref SplitMix64 random) => random.Next(12) switch
    {
        0 => "null",
        1 => "7",
        2 => "true",
        3 => "{\"a\":1}",
        4 => "\"\\ud800\"",
        _ => System.Text.Json.JsonSerializer.Serialize(value),
    };

    private static byte[] Damage(byte[] bytes, ref SplitMix64 random)
    {
        List<byte> damaged = [.. bytes];
        for (int i = 1 + random.Next(3); i > 0 && damaged.Count > 0; i--)
        {
            int at = random.Next(damaged.Count);
            switch (random.Next(4))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged.RemoveAt(at);
                    break;
                case 2:
                    damaged.Insert(at, "\"\n\r,\0\xFF{["u8[random.Next(8)]);
                    break;
                default:
                    damaged.RemoveRange(at, Math.Min(random.Next(10), damaged.Count - at));
                    break;
            }
        }

        return [.. damaged];
    }

    private static string Pick(string[] from, ref SplitMix64 random) => from[random.Next(from.Length)];
}
