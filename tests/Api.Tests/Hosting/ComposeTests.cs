using System.Globalization;
using System.Text.RegularExpressions;
using FeedbackService.Api.Jobs;
using YamlDotNet.RepresentationModel;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>What docker-compose.yml says about the program and the image is true, in every profile.</summary>
public sealed partial class ComposeTests
{
    private const string Single = "feedbackservice";

    private static readonly ComposeFile Compose = ComposeFile.Read();
    private readonly Dockerfile _dockerfile = Dockerfile.Read();

    /// <summary>Services that run our image.</summary>
    public static TheoryData<string> Own { get; } = [Single, "api", "worker", "worker-gpu"];

    /// <summary>Those of them that share a database.</summary>
    public static TheoryData<string> Members { get; } = ["api", "worker", "worker-gpu"];

    /// <summary>Services that run images of others.</summary>
    public static TheoryData<string> Dependencies { get; } = ["database", "store"];

    [Fact]
    public void Services_AreThoseThatTheTestsKnow() =>
        Assert.Equal(Own.Concat(Dependencies).Select(row => row.Data).Order(), Compose.Services.Order());

    [Fact]
    public void WithoutAProfile_OneContainerStarts() => Assert.Equal([Single], Compose.Started());

    [Fact]
    public void Cluster_IsApiAndWorker_WithWhatTheyNeed()
    {
        Assert.Equal(["api", "database", "store", "worker"], Compose.StartedWith("api", "worker").Order());
        Assert.Equal(["api", "database", "store", "worker"], Compose.Started("cluster").Except([Single]).Order());
    }

    [Fact]
    public void Gpu_IsApiAndGpuWorker_WithWhatTheyNeed()
    {
        Assert.Equal(["api", "database", "store", "worker-gpu"], Compose.StartedWith("api", "worker-gpu").Order());
        Assert.Equal(["api", "database", "store", "worker-gpu"], Compose.Started("gpu").Except([Single]).Order());
    }

    [Fact]
    public void SingleNode_NeedsNothingSet_AndHasItsDataInTheVolume()
    {
        Assert.All(Compose.Environment(Single).Values, value => Assert.Empty(value));
        Assert.Equal([$"data:{Runtime("VOLUME")}"], Compose.Strings(Single, "volumes"));
        // Compose reads them in services that do not start as well: `docker compose up` would ask for the cluster's passwords.
        Assert.DoesNotMatch(@"\$\{\w+:?\?", string.Join('\n', File.ReadLines(Path.Combine(Dockerfile.Root, "docker-compose.yml")).Where(line => !line.TrimStart().StartsWith('#'))));
    }

    [Fact]
    public void PortsAreOnLoopback_AndOnlyThoseOfTheRoutes()
    {
        Assert.Equal([Single, "api"], Compose.Services.Where(name => Compose.Strings(name, "ports").Any()));
        Assert.All([Single, "api"], name => Assert.Equal([$"127.0.0.1:${{FEEDBACKSERVICE_PORT:-8080}}:{Runtime("EXPOSE")}"], Compose.Strings(name, "ports")));
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void Variables_MeanSomethingToTheProgram(string service) => Assert.All(Compose.Environment(service).Keys, KnownVariables.Check);

    [Theory]
    [MemberData(nameof(Members))]
    public void Members_WaitForDatabaseAndStore_AndKeepNothingToThemselves(string service)
    {
        var needed = (YamlMappingNode)Compose.Service(service)["depends_on"];
        Assert.Equal(["database", "store"], needed.Children.Keys.Select(name => name.ToString()).Order());
        Assert.All(needed.Children.Values, condition => Assert.Equal("service_healthy", condition["condition"].ToString()));
        // Anonymous: one for each container, however many there are.
        Assert.Equal([Runtime("VOLUME")], Compose.Strings(service, "volumes"));
        Assert.Equal(service == "api" ? "api" : "worker", Compose.Environment(service)["FEEDBACKSERVICE_ROLE"]);
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void Members_AreGivenTheDatabaseAndStoreOfTheFile(string service)
    {
        var environment = Compose.Environment(service);
        var database = Compose.Environment("database");
        Assert.Equal(
            $"Host=database;Database={database["POSTGRES_DB"]};Username={database["POSTGRES_USER"]};Password={database["POSTGRES_PASSWORD"]}",
            environment["FEEDBACKSERVICE_DATABASE"]);
        var store = Compose.Environment("store");
        Assert.Equal((store["AWS_ACCESS_KEY_ID"], store["AWS_SECRET_ACCESS_KEY"]), (environment["S3__AccessKey"], environment["S3__SecretKey"]));
        Assert.Equal("http://store:8333", environment["S3__Endpoint"]);
        Assert.Contains("-bucket=" + new Uri(environment["FEEDBACKSERVICE_ARTIFACTS"]).Host, Compose.Strings("store", "command"));
    }

    [Fact]
    public void Secrets_ComeFromOutside_WithoutADefault()
    {
        var secrets = Compose.Services.SelectMany(name => Compose.Environment(name)).Where(pair => Secret().IsMatch(pair.Key)).ToList();
        Assert.NotEmpty(secrets);
        Assert.All(secrets, pair => Assert.Matches(@"^(\$\{[A-Z0-9_]+-\})?$", pair.Value));
        Assert.EndsWith("Password=${DATABASE_PASSWORD-}", Compose.Environment("api")["FEEDBACKSERVICE_DATABASE"], StringComparison.Ordinal);
        // PostgreSQL's image refuses an empty password by itself; the store would let everybody in.
        Assert.Contains("exit 1", Compose.Strings("store", "entrypoint").ElementAt(2), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dependencies))]
    public void Dependencies_AreReachedByTheMembersAlone_AndAskedForHealth(string service)
    {
        Assert.Equal(["members"], Compose.Strings(service, "networks"));
        Assert.NotNull(Compose.Text(service, "healthcheck"));
        Assert.Matches(":[0-9]", Compose.Text(service, "image"));
    }

    [Fact]
    public void GpuWorker_ReservesOneDevice_OfAnImageWithCuda()
    {
        var devices = (YamlSequenceNode)Compose.Service("worker-gpu")["deploy"]["resources"]["reservations"]["devices"];
        var device = Assert.Single(devices);
        Assert.Equal("1", device["count"].ToString());
        Assert.Equal("gpu", Assert.Single((YamlSequenceNode)device["capabilities"]).ToString());
        Assert.Equal("cuda", Compose.Service("worker-gpu")["build"]["args"]["TORCH_BACKEND"].ToString());
        Assert.Contains(_dockerfile.Build, line => line.Name == "ARG" && line.Arguments.StartsWith("TORCH_BACKEND=", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void HealthIsAskedAsTheImageDoes(string service)
    {
        var check = (YamlMappingNode)Compose.Service(service)["healthcheck"];
        var command = string.Join(", ", ((YamlSequenceNode)check["test"]).Skip(1).Select(word => $"\"{word}\""));
        Assert.Equal(
            $"--interval={check["interval"]} --timeout={check["timeout"]} --start-period={check["start_period"]} --retries={check["retries"]} CMD [{command}]",
            Runtime("HEALTHCHECK"));
    }

    [Theory]
    [MemberData(nameof(Own))]
    [MemberData(nameof(Dependencies))]
    public void Stop_MayTakeLongerThanAGracefulOneDoes(string service)
    {
        var seconds = int.Parse(Seconds().Match(Compose.Text(service, "stop_grace_period")!).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(TimeSpan.FromSeconds(seconds) > JobServices.HostTimeout);
    }

    [Theory]
    [MemberData(nameof(Own))]
    [MemberData(nameof(Dependencies))]
    public void NothingIsWrittenToButVolumesAndTemporaryFiles(string service)
    {
        Assert.Equal("true", Compose.Text(service, "read_only"));
        Assert.Contains("/tmp", Compose.Strings(service, "tmpfs"));
        Assert.Equal(["ALL"], Compose.Strings(service, "cap_drop"));
        Assert.Equal(["no-new-privileges:true"], Compose.Strings(service, "security_opt"));
        Assert.Equal(Dependencies.Any(row => row.Data == service), Compose.Strings(service, "cap_add").Any());
    }

    [Fact]
    public void VolumesAndNetworks_AreDeclared()
    {
        var used = Compose.Services.SelectMany(name => Compose.Strings(name, "volumes").Where(volume => volume.Contains(':')).Select(volume => volume.Split(':')[0])
            .Concat(Compose.Strings(name, "networks")));
        Assert.Equal(Compose.Declared.Order(), used.Distinct().Order());
    }

    [GeneratedRegex("^([0-9]+)s$")]
    private static partial Regex Seconds();

    [GeneratedRegex("PASSWORD|SECRET|_KEY|AccessKey|SecretKey")]
    private static partial Regex Secret();

    private string Runtime(string instruction) => Assert.Single(_dockerfile.Runtime, line => line.Name == instruction).Arguments;
}
