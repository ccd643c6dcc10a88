using FeedbackService.Api.Hosting;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Tests.Security;

/// <summary>The admin key of the settings.</summary>
public sealed class ConfiguredKeyTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Fact]
    public void NoKey_IsNotSet_AndMatchesNothing()
    {
        var none = ConfiguredKey.From(new ServiceOptions { AdminKey = string.Empty });
        Assert.False(none.IsSet);
        Assert.False(none.Matches(string.Empty));
    }

    [Fact]
    public void Key_MatchesItselfOnly()
    {
        var key = ConfiguredKey.From(new ServiceOptions { AdminKey = Key });
        Assert.True(key.Matches(Key));
        Assert.False(key.Matches(Key + " "));
        Assert.False(key.Matches(Key[..^1]));
        Assert.False(key.Matches(Key.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("0123456789abcdef 0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcdef ")]
    [InlineData("schlüssel-der-nicht-erraten-werden-kann")]
    public void KeyThatCannotBeSentOrCanBeGuessed_IsRefused(string key) =>
        Assert.Contains("32 to 256 visible ASCII", Assert.Throws<StartException>(() => ConfiguredKey.From(new ServiceOptions { AdminKey = key })).Message, StringComparison.Ordinal);

    [Fact]
    public void KeyOfAFile_IsReadWithoutItsLineEnd()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Key + "\n");
            Assert.True(ConfiguredKey.From(new ServiceOptions { AdminKeyFile = file }).Matches(Key));
            Assert.Throws<StartException>(() => ConfiguredKey.From(new ServiceOptions { AdminKey = Key, AdminKeyFile = file }));
            File.Delete(file);
            Assert.Contains("cannot be read", Assert.Throws<StartException>(() => ConfiguredKey.From(new ServiceOptions { AdminKeyFile = file })).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
