using FeedbackService.Api.Serving;
using FeedbackService.Model.Adapters;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
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
        var (first, second) = (Adapter("first"), Adapter("second"));
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
    private ServableModel Adapter(string name)
    {
        var shape = TinyModels.Plain(TinyModels.Transformer);
        var ofBase = Path.Combine(_folder.FullName, name + "-base");
        var on = new ServableBase(ofBase, TinyArtifacts.Write(ofBase, shape, seed: name.Length));
        var config = shape with { Adapter = new LoraConfig { Rank = 2 } };
        using var classifier = ClassifierFactory.Create(config);
        TinyModels.Draw(classifier, 1);
        var at = Path.Combine(_folder.FullName, name);
        ArtifactWriter.Write(at, new ArtifactContents
        {
            Kind = ArtifactKind.Adapter,
            Base = new ArtifactBase("base:1", on.ManifestSha256),
            Config = config,
            Tokenizer = ArtifactReader.Open(on.Directory).ReadTokenizer(),
            Weights = AdapterParts.WeightsOf(classifier),
            CreatedAt = DateTimeOffset.UnixEpoch,
        });
        return new ServableModel(name + ":1", at, ArtifactReader.Open(at).ManifestSha256) { Base = on };
    }
}
