using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>The mlp encoder over word pieces.</summary>
public sealed class EmbeddingsTests : IDisposable
{
    private readonly TrainingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void MeanOfWordPieces_Learns_AndGoesOn()
    {
        var file = _bench.WriteTopics(150);
        var options = new JsonObject { ["n_epochs"] = 15, ["batch_size"] = 8, ["hidden_size"] = 16, ["head_hidden_size"] = 8, ["vocabulary_size"] = 200, ["validation_split"] = 0.2 };
        var first = _bench.Plan(file, options, "mlp-embeddings", "first");

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(first));

        Assert.InRange(finished.Report!["accuracy"]!.GetValue<double>(), 0.9, 1);
        var artifact = ArtifactReader.Open(first.OutputDirectory, ArtifactVerification.Hashes);
        var config = artifact.ReadConfig();
        Assert.Equal((PoolingKind.Mean, 8, artifact.ReadTokenizer().VocabularySize), (config.Pooling, config.HeadHiddenSize, Assert.IsType<MlpEncoderConfig>(config.Encoder).Buckets));
        Assert.IsType<WordPieceTextTokenizer>(artifact.ReadTokenizer());
        using (var predictor = Predictor.Load(first.OutputDirectory, CPU))
        {
            var prediction = predictor.Predict([predictor.Tokenize(new TextInput("goal match league"))], PredictionOptions.Default)[0];
            Assert.Equal("sport", config.Labels[Array.IndexOf(prediction.Probabilities, prediction.Probabilities.Max())]);
        }

        var second = _bench.Plan(file, new JsonObject { ["n_epochs"] = 1, ["learning_rate"] = 1e-6, ["table_learning_rate"] = 1e-6 }, run: "second") with { Preset = null, BaseArtifact = first.OutputDirectory };
        Assert.InRange(Assert.IsType<TrainingFinished>(_bench.Run(second)).Report!["accuracy"]!.GetValue<double>(), 0.9, 1);
        Assert.Equal("word_pieces", _bench.Progress.OfType<TrainingStarted>().Single().Hyperparameters["tokens"]!.GetValue<string>());
        var third = _bench.Plan(file, new JsonObject { ["tokens"] = "ngrams" }, run: "third") with { Preset = null, BaseArtifact = first.OutputDirectory };
        Assert.Contains("word_pieces", Assert.Throws<InvalidOptionsException>(() => _bench.Run(third)).Errors["tokens"], StringComparison.Ordinal);
    }

    [Fact]
    public void SettingsOfNgrams_DoNotMatterToWordPieces()
    {
        var options = TrainingBench.TinyMlp;
        (options["tokens"], options["word_ngram_max"], options["char_ngram_max"], options["n_epochs"]) = ("word_pieces", 0, 0, 1);

        Assert.IsType<TrainingFinished>(_bench.Run(_bench.Plan(_bench.WriteTopics(60), options)));
    }
}
