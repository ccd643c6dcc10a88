using YamlDotNet.RepresentationModel;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>docker-compose.yml with its merge keys resolved, as compose sees it.</summary>
internal sealed class ComposeFile
{
    private readonly YamlMappingNode _root;

    private ComposeFile(YamlMappingNode root) => _root = root;

    /// <summary>Names of all services.</summary>
    public IEnumerable<string> Services => Names(_root, "services");

    /// <summary>Names of the volumes and networks that services may use.</summary>
    public IEnumerable<string> Declared => Names(_root, "volumes").Concat(Names(_root, "networks")).Append("default");

    public static ComposeFile Read()
    {
        using var text = File.OpenText(Path.Combine(Dockerfile.Root, "docker-compose.yml"));
        var yaml = new YamlStream();
        yaml.Load(text);
        return new ComposeFile((YamlMappingNode)Merged(yaml.Documents.Single().RootNode));
    }

    public YamlMappingNode Service(string name) => (YamlMappingNode)((YamlMappingNode)_root["services"])[name];

    /// <summary>What starts when some profiles are active and no service is named.</summary>
    public IEnumerable<string> Started(params string[] profiles) =>
        Services.Where(name => Strings(name, "profiles") is var own && (!own.Any() || own.Intersect(profiles).Any()));

    /// <summary>What starts when services are named: they and what they depend on.</summary>
    public IReadOnlySet<string> StartedWith(params string[] services)
    {
        var started = new HashSet<string>(services);
        var open = new Queue<string>(services);
        while (open.TryDequeue(out var name))
        {
            foreach (var needed in Names(Service(name), "depends_on").Where(started.Add))
            {
                open.Enqueue(needed);
            }
        }
        return started;
    }

    public string? Text(string service, string key) => Service(service).Children.TryGetValue(key, out var node) ? node.ToString() : null;

    public IEnumerable<string> Strings(string service, string key) =>
        Service(service).Children.TryGetValue(key, out var node) ? ((YamlSequenceNode)node).Select(item => item.ToString()) : [];

    /// <summary>Variables of a service; an empty text is one that is passed on from outside.</summary>
    public IReadOnlyDictionary<string, string> Environment(string service) =>
        ((YamlMappingNode)Service(service)["environment"]).ToDictionary(pair => pair.Key.ToString(), pair => pair.Value.ToString());

    // A key of the mapping itself comes before those merged into it, and the first of several merged ones before the others.
    private static YamlNode Merged(YamlNode node)
    {
        if (node is not YamlMappingNode mapping)
        {
            return node;
        }
        var own = mapping.Children.Where(pair => pair.Key.ToString() != "<<").Select(pair => KeyValuePair.Create(pair.Key, Merged(pair.Value))).ToList();
        var merged = mapping.Children.TryGetValue("<<", out var value) ? value as YamlSequenceNode ?? new YamlSequenceNode(value) : [];
        return new YamlMappingNode(own.Concat(merged.SelectMany(item => ((YamlMappingNode)Merged(item)).Children)).DistinctBy(pair => pair.Key.ToString()));
    }

    private static IEnumerable<string> Names(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) ? ((YamlMappingNode)value).Children.Keys.Select(name => name.ToString()) : [];
}
