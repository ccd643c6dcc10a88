using System.Buffers.Binary;

namespace FeedbackService.Api.TensorBoard;

/// <summary>
/// One record of a TensorBoard event file: a <c>tensorflow.Event</c> (tensorflow/core/util/event.proto) in TFRecord framing, which is
/// length (8 bytes), masked CRC of it (4), message, masked CRC of that (4), all little-endian.
/// </summary>
internal static class EventRecord
{
    private const string FileVersion = "brain.Event:2";
    private const int WallTimeField = 1;
    private const int StepField = 2;
    private const int VersionField = 3;
    private const int SummaryField = 5;
    private const int SessionField = 7;
    private const int SessionStart = 1;
    private const int StringType = 7;

    /// <summary>The first record of every file.</summary>
    public static byte[] Version(double wallTime) => Frame(At(wallTime).Text(VersionField, FileVersion));

    /// <summary>Figures of a step.</summary>
    /// <param name="wallTime">Unix seconds.</param>
    /// <param name="step">Steps taken.</param>
    /// <param name="values">Name and value of each.</param>
    public static byte[] Scalars(double wallTime, long step, IEnumerable<(string Tag, double Value)> values)
    {
        var summary = new ProtobufMessage();
        foreach (var (tag, value) in values)
        {
            summary.Message(1, new ProtobufMessage().Text(1, tag).Float(2, (float)value));
        }

        return Frame(At(wallTime).Int64(StepField, step).Message(SummaryField, summary));
    }

    /// <summary>A text in Markdown, for TensorBoard's page of texts.</summary>
    public static byte[] Text(double wallTime, string tag, string markdown)
    {
        var metadata = new ProtobufMessage().Message(1, new ProtobufMessage().Text(1, "text"));
        var shape = new ProtobufMessage().Message(2, new ProtobufMessage().Int64(1, 1));
        var tensor = new ProtobufMessage().Int64(1, StringType).Message(2, shape).Text(8, markdown);
        var value = new ProtobufMessage().Text(1, tag).Message(8, tensor).Message(9, metadata);
        return Frame(At(wallTime).Message(SummaryField, new ProtobufMessage().Message(1, value)));
    }

    /// <summary>Says that steps from here on are taken anew: TensorBoard then drops what an interrupted run wrote beyond its checkpoint.</summary>
    public static byte[] Restart(double wallTime, long step) =>
        Frame(At(wallTime).Int64(StepField, step).Message(SessionField, new ProtobufMessage().Int64(1, SessionStart)));

    private static ProtobufMessage At(double wallTime) => new ProtobufMessage().Double(WallTimeField, wallTime);

    private static byte[] Frame(ProtobufMessage message)
    {
        var record = new byte[sizeof(ulong) + sizeof(uint) + message.Written.Length + sizeof(uint)];
        var length = record.AsSpan(0, sizeof(ulong));
        var body = record.AsSpan(sizeof(ulong) + sizeof(uint), message.Written.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)message.Written.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), MaskedCrc32C.Of(length));
        message.Written.CopyTo(body);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - sizeof(uint)), MaskedCrc32C.Of(body));
        return record;
    }
}
