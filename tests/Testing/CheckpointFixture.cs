using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.HuggingFace;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Testing;

/// <summary>The tiny published checkpoints among the fixtures, and what Hugging Face's own code says of them.</summary>
public static class CheckpointFixture
{
    /// <summary>The families there is a checkpoint of.</summary>
    public static IReadOnlyList<string> Families { get; } = ["bert", "distilbert", "roberta"];

    /// <summary>Folder of a family's checkpoint.</summary>
    public static string Folder(string family) => Path.Combine(AppContext.BaseDirectory, "Fixtures", family);

    /// <summary>Texts as ids, without padding, and what comes out of them.</summary>
    public static IEnumerable<(int[][] Ids, float[][] Logits, float[][][] States)> Expected(string family)
    {
        foreach (var batch in JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(family), "expected.json")))!.AsArray())
        {
            var ids = Numbers<int>(batch!["input_ids"]!);
            var mask = Numbers<int>(batch["attention_mask"]!);
            yield return (
                [.. ids.Zip(mask, (text, real) => text.Where((_, place) => real[place] == 1).ToArray())],
                Numbers<float>(batch["logits"]!),
                [.. batch["last_hidden_state_at_real_tokens"]!.AsArray().Select(text => Numbers<float>(text!))]);
        }
    }

    /// <summary>A copy of a checkpoint to do something to.</summary>
    /// <param name="family">One of <see cref="Families"/>.</param>
    /// <param name="folder">An existing one to put it in.</param>
    public static string Copy(string family, string folder)
    {
        var copy = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName;
        foreach (var name in new[] { CheckpointFiles.Config, CheckpointFiles.Weights })
        {
            File.Copy(Path.Combine(Folder(family), name), Path.Combine(copy, name));
        }

        return copy;
    }

    /// <summary>Changes config.json.</summary>
    public static void Configure(string checkpoint, Action<JsonObject> change)
    {
        var path = Path.Combine(checkpoint, CheckpointFiles.Config);
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(config);
        File.WriteAllText(path, config.ToJsonString());
    }

    /// <summary>Writes other weights.</summary>
    public static void Rewrite(string checkpoint, Func<TensorSource, IEnumerable<TensorSource>> change)
    {
        var path = Path.Combine(checkpoint, CheckpointFiles.Weights);
        using (var reader = SafetensorsReader.Open(path))
        {
            TensorSource[] tensors = [.. reader.Entries.Select(entry => new TensorSource(entry.Name, entry.Dtype, entry.Shape, () => reader.Read(entry.Name)))];
            using var stream = File.Create(path + ".new");
            SafetensorsWriter.Write(stream, [.. tensors.SelectMany(change)], reader.Metadata);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Makes an encoder alone of a copy: no head, no prefix, as encoders are saved.</summary>
    public static void Behead(string checkpoint, string family)
    {
        Configure(checkpoint, config => config["architectures"] = new JsonArray("SomeModel"));
        Rewrite(checkpoint, tensor => tensor.Name.StartsWith(family + ".", StringComparison.Ordinal) ? [tensor with { Name = tensor.Name[(family.Length + 1)..] }] : []);
    }

    /// <summary>A tokenizer as a family has, with no more ids than the fixtures' models.</summary>
    /// <param name="family">As config.json names it.</param>
    public static ITextTokenizer Tokenizer(string family)
    {
        if (family is not ("roberta" or "gpt2"))
        {
            return new WordPieceTextTokenizer(new WordPieceConfig(), WordPieceVocabulary.Load(Path.Combine(Folder("bert"), "vocab.txt")));
        }

        // Visible ASCII and the space; every other byte is unknown.
        string[] tokens = ["<s>", "<pad>", "</s>", "<unk>", "\u0120", .. Enumerable.Range('!', '~' - '!' + 1).Select(value => ((char)value).ToString())];
        var layout = family == "roberta" ? ByteLevelBpeLayout.Roberta : ByteLevelBpeLayout.Plain;
        return new ByteLevelBpeTokenizer(new ByteLevelBpeConfig { Layout = layout, UnknownToken = "<unk>", PadToken = "<pad>" }, new ByteLevelBpeVocabulary(tokens, []));
    }

    /// <summary>Imports with a tokenizer that has no more ids than the fixtures' models.</summary>
    public static ModelArtifact Import(string checkpoint, string folder)
    {
        var artifact = Path.Combine(folder, Path.GetRandomFileName());
        var family = JsonNode.Parse(File.ReadAllText(Path.Combine(checkpoint, CheckpointFiles.Config)))!["model_type"] as JsonValue;
        var imported = CheckpointImport.Run(checkpoint, artifact, Tokenizer(family is not null && family.TryGetValue(out string? name) ? name : ""), null, DateTimeOffset.UnixEpoch, new ArtifactLineage());
        return ArtifactReader.Open(artifact, ArtifactVerification.Hashes, imported.ManifestSha256);
    }

    /// <summary>The classifier of an artifact, ready to be asked.</summary>
    public static TextClassifier Load(ModelArtifact artifact)
    {
        var classifier = ClassifierFactory.Create(artifact.ReadConfig());
        artifact.LoadWeights(classifier);
        classifier.eval();
        return classifier;
    }

    private static T[][] Numbers<T>(JsonNode rows) => [.. rows.AsArray().Select(row => row!.AsArray().Select(number => number!.GetValue<T>()).ToArray())];
}
