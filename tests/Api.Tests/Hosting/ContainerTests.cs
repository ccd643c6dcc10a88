using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Jobs;
using YamlDotNet.RepresentationModel;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>What Dockerfile and docker-compose.yml say about the program is true of it, and of each other. eng/container.sh builds and runs the image.</summary>
public sealed partial class ContainerTests
{
    private readonly Dockerfile _dockerfile = Dockerfile.Read();
    private readonly YamlMappingNode _service = ReadCompose();

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
    public void Compose_MapsThePortOnLoopback_AndTheVolume()
    {
        Assert.Equal([$"127.0.0.1:${{FEEDBACKSERVICE_PORT:-8080}}:{Runtime("EXPOSE")}"], Strings("ports"));
        Assert.Equal([$"data:{Runtime("VOLUME")}"], Strings("volumes"));
    }

    [Fact]
    public void Compose_PassesOnSettingsThatExist() => Assert.All(
        Strings("environment"), name => Assert.Contains(ServiceSettings.All, setting => setting.Variable == name));

    [Fact]
    public void Compose_AsksForHealthAsTheImageDoes()
    {
        var check = (YamlMappingNode)_service.Children["healthcheck"];
        var command = string.Join(", ", ((YamlSequenceNode)check.Children["test"]).Skip(1).Select(word => $"\"{word}\""));
        Assert.Equal(
            $"--interval={check.Children["interval"]} --timeout={check.Children["timeout"]} --start-period={check.Children["start_period"]} --retries={check.Children["retries"]} CMD [{command}]",
            Runtime("HEALTHCHECK"));
    }

    [Fact]
    public void Compose_WaitsLongerThanAGracefulStopTakes()
    {
        var seconds = int.Parse(Seconds().Match(_service.Children["stop_grace_period"].ToString()).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(TimeSpan.FromSeconds(seconds) > JobServices.HostTimeout);
    }

    [Fact]
    public void Compose_LeavesNothingToWriteToButVolumeAndTemporaryFiles()
    {
        Assert.Equal("true", _service.Children["read_only"].ToString());
        Assert.Equal(["/tmp"], Strings("tmpfs"));
        Assert.Equal(["ALL"], Strings("cap_drop"));
        Assert.Equal(["no-new-privileges:true"], Strings("security_opt"));
    }

    [GeneratedRegex("^([0-9]+)s$")]
    private static partial Regex Seconds();

    private static YamlMappingNode ReadCompose()
    {
        using var text = File.OpenText(Path.Combine(Dockerfile.Root, "docker-compose.yml"));
        var yaml = new YamlStream();
        yaml.Load(text);
        var root = (YamlMappingNode)yaml.Documents.Single().RootNode;
        var services = (YamlMappingNode)root.Children["services"];
        return (YamlMappingNode)services.Children["feedbackservice"];
    }

    private string Runtime(string instruction) => Assert.Single(_dockerfile.Runtime, line => line.Name == instruction).Arguments;

    private IEnumerable<string> Strings(string key) => ((YamlSequenceNode)_service.Children[key]).Select(node => node.ToString());
}
