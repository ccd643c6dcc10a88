using FeedbackService.Api.Serving;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Testing;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace FeedbackService.Api.Tests.Serving;

public sealed class SharedBasesTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feedback-bases-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task WhileAnAdapterIsLoaded_NobodyWhoReturnsALeaseWaits()
    {
        var sut = new SharedBases(CPU, Options.Create(new ServingOptions()));
        var (first, second) = (Adapter(1), Adapter(2));
        var (predictor, _, giveBack) = sut.Load(first);
        var bytes = sut.Bytes;
        Assert.True(bytes > 0);
        using var release = new ManualResetEventSlim();
        var measuring = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var loading = Task.Factory.StartNew(() => sut.Load(second, Measure), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await measuring.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);

        var returned = Task.Run(() =>
        {
            predictor.Dispose();
            giveBack();
            return sut.Bytes;
        });

        Assert.Equal(bytes, await returned.WaitAsync(Deadline, TestContext.Current.CancellationToken));
        release.Set();
        var (other, _, giveOtherBack) = await loading;
        other.Dispose();
        giveOtherBack();
        Assert.Equal(0, sut.Bytes);

        ThreadPlan? Measure(TorchBackend backend)
        {
            measuring.SetResult();
            release.Wait();
            return null;
        }
    }

    // On a base of its own.
    private ServableModel Adapter(int number)
    {
        var shape = TinyModels.Plain(TinyModels.Transformer);
        var (ofBase, at) = (Path.Combine(_folder.FullName, $"base-{number}"), Path.Combine(_folder.FullName, $"{number}"));
        var on = new ServableBase(ofBase, TinyArtifacts.Write(ofBase, shape, seed: number));
        var manifest = TinyArtifacts.WriteAdapter(at, shape with { Adapter = new LoraConfig { Rank = 2 } }, ofBase, seed: 1);
        return new ServableModel($"adapted:{number}", at, manifest) { Base = on };
    }
}
