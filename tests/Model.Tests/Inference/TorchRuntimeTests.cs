using FeedbackService.Model.Inference;
using TorchSharp;

namespace FeedbackService.Model.Tests.Inference;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Threads_CanBeSetAgainAndAgain()
    {
        TorchRuntime.SetThreads(2);
        TorchRuntime.SetThreads(1);

        Assert.Equal(1, torch.get_num_threads());
        Assert.Equal(1, torch.get_num_interop_threads());
    }

    [Fact]
    public void Threads_BelowOne_AreRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => TorchRuntime.SetThreads(0));

    [Theory]
    [InlineData("cpu")]
    [InlineData(" CPU ")]
    public void Device_Cpu_IsAlwaysThere(string name) => Assert.Equal(DeviceType.CPU, TorchRuntime.ParseDevice(name).type);

    [Fact]
    public void Device_Auto_IsTheFirstGpuOrElseTheCpu()
    {
        var expected = torch.cuda_is_available() ? DeviceType.CUDA : DeviceType.CPU;

        Assert.Equal(expected, TorchRuntime.ParseDevice("auto").type);
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:one")]
    public void Device_OfAnotherName_IsRefusedWithWhatIsMeant(string name)
    {
        var failure = Assert.Throws<DeviceNotAvailableException>(() => TorchRuntime.ParseDevice(name));

        Assert.Contains("auto, cpu, cuda or cuda:N", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Device_ThatIsNotThere_IsRefusedWithWhatToDo()
    {
        var failure = Assert.Throws<DeviceNotAvailableException>(() => TorchRuntime.ParseDevice("cuda:99"));

        Assert.Contains("cuda:99", failure.Message, StringComparison.Ordinal);
        Assert.Contains("or use cpu", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NativeDirectory_AfterLoading_IsRefused()
    {
        TorchRuntime.EnsureLoaded();

        Assert.Throws<InvalidOperationException>(() => TorchRuntime.UseNativeDirectory("/nowhere"));
    }

    [Theory]
    [InlineData("version `GLIBCXX_3.4.32' not found", "libstdc++")]
    [InlineData("version `GLIBC_2.38' not found", "glibc 2.28")]
    [InlineData("cannot open shared object file", "--torch-native DIR")]
    public void NotLoaded_SaysWhereItLookedAndWhatToDo(string reason, string advice)
    {
        var failure = TorchNotLoadedException.Describe(null, new DllNotFoundException(reason));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Contains(AppContext.BaseDirectory, failure.Message, StringComparison.Ordinal);
        Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NotLoaded_NamesTheFilesPresent()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "libc10.so"), []);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "names of native libraries differ");

        var failure = TorchNotLoadedException.Describe(folder.Path, new DllNotFoundException("no"));

        Assert.Contains($"{folder.Path}: libc10.so", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NativeFolder_WithoutLibtorch_NamesTheMissingFile()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "names of native libraries differ");
        using var folder = new TemporaryFolder();

        var failure = Assert.Throws<DllNotFoundException>(() => NativeFolder.Load(folder.Path, []));

        Assert.Contains(Path.Combine(folder.Path, "libc10.so"), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NativeFolder_BesideAnOwnLibtorch_IsRefusedInsteadOfAborting()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "names of native libraries differ");
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
        {
            File.WriteAllBytes(Path.Combine(folder.Path, name), []);
        }

        Assert.Contains(NativeFolder.Own, own => NativeFolder.LibrariesIn(own).Contains("libtorch_cpu.so"));
        var failure = Assert.Throws<DllNotFoundException>(() => NativeFolder.Load(folder.Path, NativeFolder.Own));

        Assert.Contains("TorchBackend=none", failure.Message, StringComparison.Ordinal);
    }
}
