using System.Xml.Linq;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>What the Dockerfile says about the program is true of it. eng/container.sh builds and runs the image.</summary>
public sealed class ContainerTests
{
    private readonly Dockerfile _dockerfile = Dockerfile.Read();

    [Fact]
    public void BaseImages_AreArguments()
    {
        Assert.Equal(["SDK_IMAGE", "RUNTIME_IMAGE"], _dockerfile.Globals.Select(line => line.Arguments.Split('=')[0]));
        Assert.Equal("--platform=linux/amd64 ${SDK_IMAGE} AS build", _dockerfile.Build[0].Arguments);
        Assert.Equal("--platform=linux/amd64 ${RUNTIME_IMAGE}", _dockerfile.Runtime[0].Arguments);
    }

    [Fact]
    public void Restore_SeesEveryProjectAndLockFile_AndNoCode()
    {
        var before = _dockerfile.Build.TakeWhile(line => !line.Arguments.Contains("dotnet restore", StringComparison.Ordinal)).Where(line => line.Name == "COPY").ToList();
        Assert.DoesNotContain(before, line => line.Arguments.StartsWith("src/ ", StringComparison.Ordinal));
        var copied = before.SelectMany(line => line.Arguments.Split(' ')[..^1]).ToHashSet();
        var needed = Directory.EnumerateFiles(Path.Combine(Dockerfile.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(project => new[] { project, Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json") })
            .Select(file => Path.GetRelativePath(Dockerfile.Root, file));
        Assert.All(needed, file => Assert.Contains(file, copied));
    }

    [Fact]
    public void WhatIsCopied_ExistsAndIsNotIgnored()
    {
        var kept = File.ReadLines(Path.Combine(Dockerfile.Root, ".dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();
        foreach (var source in _dockerfile.Build.Where(line => line.Name == "COPY").SelectMany(line => line.Arguments.Split(' ')[..^1]))
        {
            Assert.True(Path.Exists(Path.Combine(Dockerfile.Root, source)), source);
            Assert.Contains(kept, pattern => source.StartsWith(pattern.TrimEnd('*'), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Layers_ComeInTheOrderInWhichTheyChange()
    {
        var copies = _dockerfile.Runtime.Where(line => line.Name == "COPY").Select(line => line.Arguments);
        Assert.Equal(
            [
                "--from=build --chown=1654:1654 /image/owned/ /",
                "--from=build /image/native/ /", "--from=build /image/libraries/ /", "--from=build /image/code/ /",
            ],
            copies);
    }

    [Fact]
    public void RuntimeStage_NeedsNoShell_AndIsNotRoot()
    {
        Assert.DoesNotContain(_dockerfile.Runtime, line => line.Name == "RUN");
        Assert.Matches("^[1-9][0-9]*:[1-9][0-9]*$", Runtime("USER"));
        Assert.StartsWith("[", Runtime("ENTRYPOINT"), StringComparison.Ordinal);
        Assert.Contains(" CMD [", Runtime("HEALTHCHECK"), StringComparison.Ordinal);
    }

    [Fact]
    public void Image_ListensOnEveryAddress_AtThePortItExposes_AndKeepsItsDataInTheVolume()
    {
        Assert.Equal($"http://*:{Runtime("EXPOSE")}", _dockerfile.Environment("FEEDBACKSERVICE_URLS"));
        Assert.Equal(Runtime("VOLUME"), _dockerfile.Environment("FEEDBACKSERVICE_DATA_DIR"));
        // Microsoft's images set it, and the server would warn at every start that it is overridden.
        Assert.Equal(string.Empty, _dockerfile.Environment("ASPNETCORE_HTTP_PORTS"));
    }

    [Fact]
    public void Version_IsThatOfTheProjects()
    {
        var version = XDocument.Load(Path.Combine(Dockerfile.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        var arguments = _dockerfile.Stages.SelectMany(stage => stage).Where(line => line.Name == "ARG" && line.Arguments.StartsWith("VERSION=", StringComparison.Ordinal));
        Assert.All(arguments, line => Assert.Equal($"VERSION={version}", line.Arguments));
    }

    [Fact]
    public void Backend_IsTheSameInRestoreAndPublish_AndThatOfTheProjectsByDefault()
    {
        var runs = _dockerfile.Build.Where(line => line.Name == "RUN").ToList();
        Assert.All(runs, line => Assert.Contains("-p:TorchBackend=\"$TORCH_BACKEND\"", line.Arguments, StringComparison.Ordinal));
        var backend = XDocument.Load(Path.Combine(Dockerfile.Root, "Directory.Build.props")).Descendants("TorchBackend").Single().Value;
        Assert.Equal($"TORCH_BACKEND={backend}", Assert.Single(_dockerfile.Build, line => line.Name == "ARG" && line.Arguments.StartsWith("TORCH", StringComparison.Ordinal)).Arguments);
    }

    private string Runtime(string instruction) => Assert.Single(_dockerfile.Runtime, line => line.Name == instruction).Arguments;
}
