using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>
/// Reads manifests as strictly as a cluster does. The typed models of Kubernetes' own client are the schema: they come with a package, where
/// the JSON schemas are a download, and they know a misspelt field, which the published schema lets pass. What the client's reader forgives
/// and a cluster does not, a number in quotes or a text without them, is looked for here.
/// </summary>
internal static partial class KubernetesManifest
{
    /// <summary>Folder of the manifests.</summary>
    public static string Folder { get; } = Path.Combine(Dockerfile.Root, "deploy", "kubernetes");

    /// <summary>All manifests, relative to the folder, without those that kustomize alone reads.</summary>
    public static IEnumerable<string> Files => Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(file) != "kustomization.yaml").Select(file => Path.GetRelativePath(Folder, file)).Order();

    /// <summary>The objects of a file.</summary>
    /// <exception cref="Exception">Something in it is not as Kubernetes wants it.</exception>
    public static IReadOnlyList<object> Read(string file) => Parse(File.ReadAllText(Path.Combine(Folder, file)));

    /// <summary>The objects of a text.</summary>
    /// <exception cref="Exception">Something in it is not as Kubernetes wants it.</exception>
    public static IReadOnlyList<object> Parse(string text)
    {
        var objects = KubernetesYaml.LoadAllFromString(text, typeMap: null, strict: true);
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        foreach (var (document, read) in yaml.Documents.Zip(objects))
        {
            CheckScalars(document.RootNode, JsonNode.Parse(KubernetesJson.Serialize(read)), string.Empty);
        }
        return objects;
    }

    private static void CheckScalars(YamlNode yaml, JsonNode? json, string path)
    {
        switch (yaml, json)
        {
            case (YamlMappingNode mapping, JsonObject read):
                foreach (var (key, value) in mapping.Children)
                {
                    CheckScalars(value, read[key.ToString()], $"{path}/{key}");
                }
                break;
            case (YamlSequenceNode sequence, JsonArray read):
                foreach (var (item, index) in sequence.Select((item, index) => (item, index)))
                {
                    CheckScalars(item, read[index], $"{path}/{index}");
                }
                break;
            case (YamlScalarNode scalar, JsonValue read):
                var isText = scalar.Style != ScalarStyle.Plain || !OtherThanText().IsMatch(scalar.Value!);
                var wantsText = read.GetValueKind() == System.Text.Json.JsonValueKind.String;
                // A quantity may be either: 1 and "500m".
                if (isText != wantsText && !Quantity().IsMatch(path))
                {
                    throw new FormatException($"{path} must be a {(wantsText ? "text" : "number or a truth value")}, not {scalar.Value}.");
                }
                break;
            case (_, null):
                break;
            default:
                throw new FormatException($"{path} has the wrong shape.");
        }
    }

    [GeneratedRegex(@"^(true|false|yes|no|on|off|null|~|[-+]?[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?)$", RegexOptions.IgnoreCase)]
    private static partial Regex OtherThanText();

    [GeneratedRegex("/(limits|requests)/.+$|/sizeLimit$")]
    private static partial Regex Quantity();
}
