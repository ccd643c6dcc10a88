using System.Net;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Tests.Security;

public sealed class RateLimitsTests
{
    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:2:ffff::1", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::")]
    public void AddressesOfOneCustomer_AreOneCaller(string address, string caller) =>
        Assert.Equal(IPAddress.Parse(caller), RateLimits.NetworkOf(IPAddress.Parse(address)));

    [Fact]
    public void UnixSocket_HasNoAddress() => Assert.Null(RateLimits.NetworkOf(null));
}
