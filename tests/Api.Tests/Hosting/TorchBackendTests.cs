using System.Diagnostics;
using System.Text.Json.Nodes;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>Which natives a build carries, asked of the projects themselves: packages for CUDA are too large to be restored by a test.</summary>
public sealed class TorchBackendTests
{
    private const string Service = "src/Api/FeedbackService.Api.csproj";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData(Service, "cpu")]
    [InlineData(Service, "cuda")]
    [InlineData(Service, "none")]
    [InlineData("benchmarks/Gpu/FeedbackService.Gpu.csproj", "cuda")]
    [InlineData("benchmarks/Gpu/FeedbackService.Gpu.csproj", "none")]
    [InlineData("src/Model/FeedbackService.Model.csproj", "cuda", true)]
    public async Task Backend_ChoosesPackageAndLockFile(string project, string backend, bool isLibrary = false)
    {
        var evaluated = await EvaluateAsync(project, backend);

        var referenced = Names(evaluated, "PackageReference").Where(IsNative).ToList();
        string? expected = isLibrary ? null : backend switch { "cpu" => Cpu, "cuda" => Cuda, _ => null };
        Assert.Equal(expected is null ? [] : [expected], referenced);
        Assert.Equal(backend == "cpu" ? string.Empty : $"packages.{backend}.lock.json", (string)evaluated["Properties"]!["NuGetLockFilePath"]!);
    }

    [Fact]
    public async Task Cuda_IsOfTheShimsVersion_AndTheProcessorsPackagesAreOfOne()
    {
        var versions = (await EvaluateAsync(Service, "cuda"))["Items"]!["PackageVersion"]!.AsArray().ToDictionary(item => (string)item!["Identity"]!, item => (string)item!["Version"]!);

        // TorchSharp-cuda-… brings the libtorch that its TorchSharp was built with.
        Assert.All(["TorchSharp-cuda-linux", "TorchSharp-cuda-windows"], name => Assert.Equal(versions["TorchSharp"], versions[name]));
        Assert.Single(versions.Where(package => package.Key.StartsWith("libtorch-cpu-", StringComparison.Ordinal)).Select(package => package.Value).Distinct());
    }

    private static string Cpu => OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64" : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64" : "libtorch-cpu-linux-x64";

    private static string Cuda => OperatingSystem.IsWindows() ? "TorchSharp-cuda-windows" : "TorchSharp-cuda-linux";

    private static bool IsNative(string package) =>
        package.StartsWith("libtorch-", StringComparison.OrdinalIgnoreCase) || package.StartsWith("TorchSharp-", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Names(JsonNode evaluated, string item) => evaluated["Items"]![item]!.AsArray().Select(each => (string)each!["Identity"]!);

    private static async Task<JsonNode> EvaluateAsync(string project, string backend)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Dockerfile.Root };
        foreach (var argument in new[] { "msbuild", project, $"-p:TorchBackend={backend}", "-getItem:PackageReference", "-getItem:PackageVersion", "-getProperty:NuGetLockFilePath", "-getProperty:TorchBackend" })
        {
            start.ArgumentList.Add(argument);
        }

        var (code, output, error) = await ProcessEnd.OfAsync(start, Deadline, TestContext.Current.CancellationToken);
        Assert.True(code == 0, output + error);
        return JsonNode.Parse(output)!;
    }
}
