namespace FeedbackService.Api.Tests.Hosting;

/// <summary>Every manifest under deploy/kubernetes is one that a cluster would take, and the check would notice if it were not.</summary>
public sealed class KubernetesSchemaTests
{
    public static TheoryData<string> Files { get; } = [.. KubernetesManifest.Files];

    /// <summary>Something wrong in a manifest, and what must be in the complaint.</summary>
    public static TheoryData<string, string> Mistakes { get; } = new()
    {
        { "replica: 2", "replica" },
        { "replicas: two", "two" },
        { "replicas: \"2\"", "/spec/replicas" },
        { "template: {metadata: {labels: {tier: 1}}}", "/spec/template/metadata/labels/tier" },
        { "template: {spec: {containers: [{name: a, readinessProbe: {httpget: {port: 80}}}]}}", "httpget" },
        { "template: {spec: {containers: [{name: a, securityContext: {readOnlyRootFilesystem: \"true\"}}]}}", "readOnlyRootFilesystem" },
        { "template: {spec: {containers: [{name: a, env: [{name: A, value: 1}]}]}}", "/env/0/value" },
        { "template: {spec: {containers: [{name: a, resources: {limits: {memory: 2Gigs}}}]}}", "quantity" },
        { "template: {spec: {containers: {name: a}}}", "SequenceStart" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Manifest_FitsTheSchemaOfItsKind(string file) => Assert.NotEmpty(KubernetesManifest.Read(file));

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_IsNoticed(string line, string complaint)
    {
        var error = Assert.ThrowsAny<Exception>(() => KubernetesManifest.Parse($"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec:\n  {line}\n"));
        Assert.Contains(complaint, $"{error.Message} {error.InnerException?.Message}", StringComparison.Ordinal);
    }

    [Fact]
    public void KindThatDoesNotExist_IsNoticed() =>
        Assert.ThrowsAny<Exception>(() => KubernetesManifest.Parse("apiVersion: v1\nkind: Deployment\nmetadata: {name: a}\n"));

    [Fact]
    public void WhatIsRight_IsTaken() => Assert.Single(KubernetesManifest.Parse(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2, template: {spec: {containers: [{name: a, resources: {limits: {cpu: 1, memory: 2Gi}}}]}}}\n"));
}
