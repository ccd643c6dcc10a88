using System.Text.RegularExpressions;
using System.Xml.Linq;
using FeedbackService.Api.Jobs;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>What deploy/kubernetes says about the program and the image is true, and its parts fit each other.</summary>
public sealed partial class KubernetesTests
{
    private const string Space = "feedbackservice";

    private static readonly IReadOnlyList<object> All = [.. KubernetesManifest.Files.SelectMany(KubernetesManifest.Read)];
    private readonly Dockerfile _dockerfile = Dockerfile.Read();

    /// <summary>Deployments of our image.</summary>
    public static TheoryData<string> Own { get; } = ["api", "worker", "worker-gpu"];

    [Fact]
    public void Deployments_AreThoseThatTheTestsKnow() =>
        Assert.Equal(Own.Select(row => row.Data).Order(), All.OfType<V1Deployment>().Select(deployment => deployment.Metadata.Name).Order());

    [Fact]
    public void Namespace_IsTheSameEverywhere() => Assert.All(All.OfType<k8s.IKubernetesObject<V1ObjectMeta>>().Where(item => item is not V1Namespace), item => Assert.Equal(Space, item.Metadata.NamespaceProperty));

    [Fact]
    public void Kustomization_HasWhatEveryClusterNeeds_AndNoSecret()
    {
        Assert.Equal(["namespace.yaml", "config.yaml", "api.yaml", "worker.yaml"], Resources("kustomization.yaml"));
        Assert.All(Resources("dependencies/kustomization.yaml"), file => Assert.Contains(Path.Combine("dependencies", file), KubernetesManifest.Files));
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void Selector_FindsThePodsAndNoOthers(string name)
    {
        var deployment = Deployment(name);
        Assert.Equal(deployment.Spec.Selector.MatchLabels, deployment.Spec.Template.Metadata.Labels);
        Assert.Equal(name, deployment.Spec.Template.Metadata.Labels["app.kubernetes.io/component"]);
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void Image_IsOfThisVersion(string name)
    {
        var version = XDocument.Load(Path.Combine(Dockerfile.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        Assert.Equal($"feedbackservice:{version}{(name == "worker-gpu" ? "-cuda" : null)}", Container(name).Image);
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void Variables_MeanSomethingToTheProgram_AndConfigAndSecretHaveThem(string name)
    {
        var container = Container(name);
        var config = All.OfType<V1ConfigMap>().Single(map => map.Metadata.Name == Assert.Single(container.EnvFrom).ConfigMapRef.Name);
        Assert.All(config.Data.Keys.Concat(container.Env.Select(variable => variable.Name)), KnownVariables.Check);
        Assert.Equal(name == "api" ? "api" : "worker", container.Env.Single(variable => variable.Name == "FEEDBACKSERVICE_ROLE").Value);
        var secret = All.OfType<V1Secret>().Single();
        Assert.All(container.Env.Where(variable => variable.ValueFrom is not null), variable => Assert.Contains(variable.ValueFrom.SecretKeyRef.Key, secret.StringData.Keys));
        var files = Deployment(name).Spec.Template.Spec.Volumes.Single(volume => volume.Secret is not null).Secret;
        Assert.Equal(secret.Metadata.Name, files.SecretName);
        Assert.All(files.Items, item => Assert.Contains(item.Key, secret.StringData.Keys));
        var mount = container.VolumeMounts.Single(volume => volume.Name == "secrets").MountPath;
        var named = config.Data.Concat(container.Env.Where(variable => variable.Value is not null).Select(variable => KeyValuePair.Create(variable.Name, variable.Value)))
            .Where(pair => pair.Key.EndsWith("_FILE", StringComparison.Ordinal)).Select(pair => pair.Value);
        Assert.Equal(files.Items.Select(item => $"{mount}/{item.Path}").Order(), named.Order());
    }

    [Fact]
    public void SecretExample_HasNoValueThatAnybodyCouldUse() =>
        Assert.All(All.OfType<V1Secret>().Single().StringData.Values, value => Assert.EndsWith("REPLACE-ME", value, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Own))]
    public void Pods_AreAsTiedUpAsTheContainerOfCompose(string name)
    {
        var pod = Deployment(name).Spec.Template.Spec;
        var user = Runtime("USER").Split(':').Select(long.Parse).ToArray();
        Assert.Equal((true, user[0], user[1], user[1]), (pod.SecurityContext.RunAsNonRoot, pod.SecurityContext.RunAsUser, pod.SecurityContext.RunAsGroup, pod.SecurityContext.FsGroup));
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.False(pod.AutomountServiceAccountToken);
        var container = Container(name).SecurityContext;
        Assert.Equal((true, false), (container.ReadOnlyRootFilesystem, container.AllowPrivilegeEscalation));
        Assert.Equal(["ALL"], container.Capabilities.Drop);
        Assert.Equal([Runtime("VOLUME"), "/tmp"], Container(name).VolumeMounts.Where(mount => mount.ReadOnlyProperty != true).Select(mount => mount.MountPath));
        Assert.Equal(0b100_100_000, pod.Volumes.Single(volume => volume.Secret is not null).Secret.DefaultMode);
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void Probes_AskTheRoutesOfHealth_AtThePortOfTheImage(string name)
    {
        var container = Container(name);
        Assert.Equal(Runtime("EXPOSE"), $"{container.Ports.Single(port => port.Name == "http").ContainerPort}");
        // An api that cannot reach the database goes on classifying; a worker can do nothing.
        var ready = name.Contains("worker", StringComparison.Ordinal) ? "/health/ready" : "/health/live";
        Assert.Equal(("/health/live", "/health/live", ready), (container.StartupProbe.HttpGet.Path, container.LivenessProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Path));
        Assert.All([container.StartupProbe, container.LivenessProbe, container.ReadinessProbe], probe => Assert.Equal("http", probe.HttpGet.Port.Value));
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void Stop_MayTakeLongerThanAGracefulOneDoes(string name)
    {
        var before = TimeSpan.FromSeconds(Container(name).Lifecycle?.PreStop.Sleep.Seconds ?? 0);
        Assert.True(TimeSpan.FromSeconds(Deployment(name).Spec.Template.Spec.TerminationGracePeriodSeconds!.Value) > JobServices.HostTimeout + before);
    }

    [Theory]
    [MemberData(nameof(Own))]
    public void Resources_AreAskedForAndLimited(string name)
    {
        var resources = Container(name).Resources;
        Assert.All(["cpu", "memory", "ephemeral-storage"], resource => Assert.True(resources.Requests[resource].ToDecimal() <= resources.Limits[resource].ToDecimal()));
        var disk = Deployment(name).Spec.Template.Spec.Volumes.Where(volume => volume.EmptyDir is not null).Sum(volume => volume.EmptyDir.SizeLimit.ToDecimal());
        Assert.True(disk <= resources.Limits["ephemeral-storage"].ToDecimal());
    }

    [Fact]
    public void GpuWorker_HasOneGpu_AndLetsItGoBeforeANewOneStarts()
    {
        Assert.Equal(1, Container("worker-gpu").Resources.Limits["nvidia.com/gpu"].ToInt32());
        Assert.Equal("0", Deployment("worker-gpu").Spec.Strategy.RollingUpdate.MaxSurge.Value);
        Assert.Contains(Container("worker-gpu").Env, variable => variable is { Name: "FEEDBACKSERVICE_DEVICE", Value: "cuda" });
    }

    [Fact]
    public void Api_StaysThereDuringAnUpdate()
    {
        var spec = Deployment("api").Spec;
        Assert.True(spec.Replicas > 1);
        Assert.Equal("0", spec.Strategy.RollingUpdate.MaxUnavailable.Value);
        Assert.True(spec.Template.Spec.Containers[0].Lifecycle.PreStop.Sleep.Seconds > 0);
        var budget = All.OfType<V1PodDisruptionBudget>().Single();
        Assert.Equal(spec.Selector.MatchLabels, budget.Spec.Selector.MatchLabels);
        Assert.Equal("api", All.OfType<V2HorizontalPodAutoscaler>().Single().Spec.ScaleTargetRef.Name);
    }

    [Fact]
    public void Services_SelectPodsThatHaveTheirPorts()
    {
        var pods = All.OfType<V1Deployment>().Select(item => item.Spec.Template).Concat(All.OfType<V1StatefulSet>().Select(item => item.Spec.Template)).ToList();
        Assert.All(All.OfType<V1Service>(), service => Assert.All(service.Spec.Ports, port => Assert.Contains(
            pods.Where(pod => service.Spec.Selector.All(label => pod.Metadata.Labels.Contains(label))),
            pod => pod.Spec.Containers.SelectMany(container => container.Ports).Any(offered => offered.Name == port.TargetPort.Value))));
    }

    [Fact]
    public void Dependencies_AreThoseOfCompose()
    {
        var compose = ComposeFile.Read();
        foreach (var set in All.OfType<V1StatefulSet>())
        {
            Assert.Equal(compose.Text(set.Metadata.Name, "image"), set.Spec.Template.Spec.Containers[0].Image);
        }
        var arguments = All.OfType<V1StatefulSet>().Single(set => set.Metadata.Name == "store").Spec.Template.Spec.Containers[0].Args;
        Assert.Equal(compose.Strings("store", "command"), arguments);
        var config = All.OfType<V1ConfigMap>().Single().Data;
        Assert.Equal(compose.Environment("api")["FEEDBACKSERVICE_ARTIFACTS"], config["FEEDBACKSERVICE_ARTIFACTS"]);
        Assert.Equal(compose.Environment("api")["S3__Endpoint"], config["S3__Endpoint"]);
        var connection = All.OfType<V1Secret>().Single().StringData["database"];
        Assert.Equal(Password().Replace(compose.Environment("api")["FEEDBACKSERVICE_DATABASE"], string.Empty), Password().Replace(connection, string.Empty));
    }

    [GeneratedRegex("Password=.*$")]
    private static partial Regex Password();

    private static IEnumerable<string> Resources(string file)
    {
        var yaml = new YamlStream();
        using var text = File.OpenText(Path.Combine(KubernetesManifest.Folder, file));
        yaml.Load(text);
        return ((YamlSequenceNode)yaml.Documents.Single().RootNode["resources"]).Select(item => item.ToString());
    }

    private static V1Deployment Deployment(string name) => All.OfType<V1Deployment>().Single(deployment => deployment.Metadata.Name == name);

    private static V1Container Container(string name) => Deployment(name).Spec.Template.Spec.Containers.Single();

    private string Runtime(string instruction) => Assert.Single(_dockerfile.Runtime, line => line.Name == instruction).Arguments;
}
