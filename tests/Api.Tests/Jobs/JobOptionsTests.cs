using System.ComponentModel.DataAnnotations;
using FeedbackService.Api.Jobs;

namespace FeedbackService.Api.Tests.Jobs;

public sealed class JobOptionsTests
{
    [Theory]
    [InlineData(60, 15, 15, 0, null)]
    [InlineData(60, 21, 15, 0, "RenewEvery")]
    [InlineData(60, 15, 20, 0, "StopGrace")]
    [InlineData(60, 15, -1, 0, "StopGrace")]
    [InlineData(60, 15, 15, -1, "CheckpointEvery")]
    public void Times_ThatWouldBreakALease_AreRefused(int lease, int renew, int grace, int checkpoint, string? member)
    {
        var options = new JobOptions
        {
            LeaseDuration = TimeSpan.FromSeconds(lease),
            RenewEvery = TimeSpan.FromSeconds(renew),
            StopGrace = TimeSpan.FromSeconds(grace),
            CheckpointEvery = TimeSpan.FromSeconds(checkpoint),
        };
        var found = options.Validate(new ValidationContext(options)).SelectMany(result => result.MemberNames);
        Assert.Equal(member is null ? [] : [member], found);
    }
}
