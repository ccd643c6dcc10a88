using System.Text;
using FeedbackService.Api.TensorBoard;

namespace FeedbackService.Api.Tests.TensorBoard;

public sealed class EventRecordTests
{
    // RFC 3720, appendix B.4, and the check value of the CRC catalogue; masked as TFRecord does.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 0x8a9136aau)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", 0x62a8ab43u)]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0x46dd794eu)]
    [InlineData("313233343536373839", 0xe3069283u)]
    public void MaskedCrc_OfKnownBytes_IsTheKnownOne(string hex, uint crc) =>
        Assert.Equal(unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8u), MaskedCrc32C.Of(Convert.FromHexString(hex)));

    [Fact]
    public void Records_AreReadByTensorBoardsOwnMessages()
    {
        byte[] file =
        [
            .. EventRecord.Version(1000.5),
            .. EventRecord.Text(1000.5, "hyperparameters/text_summary", "| a |"),
            .. EventRecord.Scalars(1001.25, 300, [("train/loss", 0.5), ("train/learning_rate", 1e-4)]),
            .. EventRecord.Restart(1002, 200),
            .. EventRecord.Scalars(1003, 1L << 40, []),
        ];
        var events = EventFileReader.Read(file);
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.Equal(1000.5, events[0].WallTime);
        var text = events[1].Summary.Value.Single();
        Assert.Equal(("text", "| a |"), (text.Metadata.PluginData.PluginName, Encoding.UTF8.GetString(text.Tensor.StringVal.Single().Span)));
        Assert.Equal(Tensorboard.DataType.DtString, text.Tensor.Dtype);
        Assert.Equal([("train/loss", 0.5f), ("train/learning_rate", 1e-4f)], events[2].Summary.Value.Select(value => (value.Tag, value.SimpleValue)));
        Assert.Equal((300L, 1001.25), (events[2].Step, events[2].WallTime));
        Assert.Equal((200L, Tensorboard.SessionLog.Types.SessionStatus.Start), (events[3].Step, events[3].SessionLog.Status));
        Assert.Equal(1L << 40, events[4].Step);
    }
}
