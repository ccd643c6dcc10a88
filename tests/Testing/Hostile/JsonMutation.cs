using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FeedbackService.Testing.Hostile;

/// <summary>Does something to a JSON document that it should not have.</summary>
internal static class JsonMutation
{
    private const string Place = "@@hostile@@";
    private static readonly JsonSerializerOptions Plain = new() { MaxDepth = 512 };

    /// <summary>A document with one to three members or elements changed, or bytes turned round.</summary>
    public static byte[] Of(JsonObject document, Random random)
    {
        if (random.Next(8) == 0)
        {
            return Bytes(Encoding.UTF8.GetBytes(document.ToJsonString(Plain)), random);
        }

        var text = document.ToJsonString(Plain);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var copy = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 512 })!.AsObject();
            var (changed, raw) = Change(copy, random);
            text = copy.ToJsonString(Plain);
            if (changed)
            {
                text = text.Replace($"\"{Place}\"", raw, StringComparison.Ordinal);
            }

            if (!IsJson(text))
            {
                break;
            }
        }

        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Some bytes changed, taken out or doubled.</summary>
    public static byte[] Bytes(byte[] bytes, Random random)
    {
        var changed = bytes.ToList();
        for (var changes = random.Next(1, 5); changes > 0 && changed.Count > 1; changes--)
        {
            var at = random.Next(changed.Count);
            switch (random.Next(4))
            {
                case 0:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed.RemoveRange(at, Math.Min(changed.Count - at, random.Next(1, 50)));
                    break;
                case 2:
                    changed.InsertRange(at, changed.Skip(at).Take(random.Next(1, 50)).ToList());
                    break;
                default:
                    changed.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. changed];
    }

    private static (bool Changed, string Raw) Change(JsonObject document, Random random)
    {
        JsonNode parent = document;
        while (true)
        {
            var children = parent is JsonObject members ? [.. members.Select(member => member.Value)] : parent.AsArray().ToList();
            if (children.Count == 0)
            {
                return (false, "");
            }

            var at = random.Next(children.Count);
            if (children[at] is JsonObject or JsonArray && random.Next(4) != 0)
            {
                parent = children[at]!;
                continue;
            }

            return Replace(parent, at, random);
        }
    }

    private static (bool Changed, string Raw) Replace(JsonNode parent, int at, Random random)
    {
        if (parent is JsonArray array)
        {
            if (random.Next(5) == 0)
            {
                array.RemoveAt(at);
                return (false, "");
            }

            var was = array[at]?.ToJsonString(Plain) ?? "null";
            array[at] = Place;
            return (true, random.Next(6) == 0 ? $"{was},{was}" : Value(random));
        }

        var members = parent.AsObject();
        var name = members.ElementAt(at).Key;
        var value = members[name]?.ToJsonString(Plain) ?? "null";
        switch (random.Next(6))
        {
            case 0:
                members.Remove(name);
                return (false, "");
            case 1:
                members.Remove(name);
                members[name + Word(random)] = JsonNode.Parse(value);
                return (false, "");
            case 2:
                members[name] = Place;
                return (true, $"{value},{JsonSerializer.Serialize(name)}:{Value(random)}");
            default:
                members[name] = Place;
                return (true, Value(random));
        }
    }

    private static string Value(Random random) => random.Next(18) switch
    {
        0 => "null",
        1 => "true",
        2 => "-1",
        3 => "0",
        4 => "1e999",
        5 => "9223372036854775808",
        6 => random.NextInt64(long.MinValue, long.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture),
        7 => "0.5",
        8 => "\"\"",
        9 => "\"\\ud800\"",
        10 => "\"\\u0000\"",
        11 => JsonSerializer.Serialize(new string((char)random.Next('a', 'z'), random.Next(1, 20_000))),
        12 => "[]",
        13 => "{}",
        14 => new string('[', random.Next(1, 400)) + "1" + "]",
        15 => string.Concat(Enumerable.Repeat("[", 20)) + string.Concat(Enumerable.Repeat("]", 20)),
        16 => "[[1,2],[\"a\"],{\"b\":null}]",
        _ => JsonSerializer.Serialize(Word(random)),
    };

    private static string Word(Random random) => new([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => (char)random.Next(0x20, 0x3000))]);

    // What can be changed further: neither doubled members nor halves of characters can be written again.
    private static bool IsJson(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 512, AllowDuplicateProperties = false }) is JsonObject node && node.ToJsonString(Plain).Length > 0;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }
}
