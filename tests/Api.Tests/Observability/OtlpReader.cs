using System.Globalization;
using Google.Protobuf;

namespace FeedbackService.Api.Tests.Observability;

/// <summary>Reads spans out of OTLP's ExportTraceServiceRequest by the field numbers of opentelemetry-proto's trace.proto.</summary>
internal static class OtlpReader
{
    private const int ErrorStatus = 2;

    public static List<ReceivedSpan> Read(byte[] request)
    {
        var spans = new List<ReceivedSpan>();
        Each(new CodedInputStream(request), 1, resourceSpans =>
        {
            var service = "";
            Each(new CodedInputStream(resourceSpans), 1, resource => service = Attributes(resource, 1).GetValueOrDefault("service.name", ""));
            Each(new CodedInputStream(resourceSpans), 2, scopeSpans => Each(new CodedInputStream(scopeSpans), 2, span => spans.Add(Span(service, span))));
        });
        return spans;
    }

    private static ReceivedSpan Span(string service, byte[] bytes)
    {
        var (trace, id, parent, name, start, end, events, error) = ("", "", "", "", 0UL, 0UL, new List<string>(), (string?)null);
        var span = new CodedInputStream(bytes);
        while (span.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: trace = Convert.ToHexStringLower(span.ReadBytes().Span); break;
                case 2: id = Convert.ToHexStringLower(span.ReadBytes().Span); break;
                case 4: parent = Convert.ToHexStringLower(span.ReadBytes().Span); break;
                case 5: name = span.ReadString(); break;
                case 7: start = span.ReadFixed64(); break;
                case 8: end = span.ReadFixed64(); break;
                case 11: Each(new CodedInputStream(span.ReadBytes().ToByteArray()), 2, text => events.Add(System.Text.Encoding.UTF8.GetString(text))); break;
                case 15: error = Error(new CodedInputStream(span.ReadBytes().ToByteArray())); break;
                default: span.SkipLastField(); break;
            }
        }

        return new ReceivedSpan(service, trace, id, parent, name, start, end, Attributes(bytes, 9), events, error);
    }

    private static string? Error(CodedInputStream status)
    {
        var (message, code) = ("", 0);
        while (status.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 2: message = status.ReadString(); break;
                case 3: code = status.ReadEnum(); break;
                default: status.SkipLastField(); break;
            }
        }

        return code == ErrorStatus ? message : null;
    }

    private static Dictionary<string, string> Attributes(byte[] message, int field)
    {
        var found = new Dictionary<string, string>();
        Each(new CodedInputStream(message), field, pair =>
        {
            var (key, value) = ("", "");
            Each(new CodedInputStream(pair), 1, text => key = System.Text.Encoding.UTF8.GetString(text));
            Each(new CodedInputStream(pair), 2, any => value = Value(new CodedInputStream(any)));
            found[key] = value;
        });
        return found;
    }

    private static string Value(CodedInputStream any) => WireFormat.GetTagFieldNumber(any.ReadTag()) switch
    {
        1 => any.ReadString(),
        2 => any.ReadBool().ToString(),
        3 => any.ReadInt64().ToString(CultureInfo.InvariantCulture),
        4 => any.ReadDouble().ToString(CultureInfo.InvariantCulture),
        _ => "",
    };

    private static void Each(CodedInputStream message, int field, Action<byte[]> take)
    {
        while (message.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field)
            {
                take(message.ReadBytes().ToByteArray());
            }
            else
            {
                message.SkipLastField();
            }
        }
    }
}
