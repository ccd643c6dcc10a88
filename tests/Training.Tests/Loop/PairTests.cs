using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Progress;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>Pairs of texts whose label neither text alone decides.</summary>
public sealed class PairTests : IDisposable
{
    private static readonly string[] Ranks = ["zero", "one", "two", "three", "four", "five"];

    private readonly TrainingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("mlp")]
    [InlineData("mlp-embeddings")]
    [InlineData("transformer-small")]
    [InlineData("rnn")]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void WhichTextIsWhich_IsLearned(string preset)
    {
        var plan = _bench.Plan(WriteOrder(300), Options(preset), preset);

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(plan));

        Assert.InRange(finished.Report!["accuracy"]!.GetValue<double>(), 0.95, 1);
        using var predictor = Predictor.Load(finished.Directory, CPU);
        Assert.Equal("more", Label(predictor, new TextInput("five", "one")));
        Assert.Equal("less", Label(predictor, new TextInput("one", "five")));
    }

    [Theory]
    [InlineData("transformer-small")]
    [InlineData("gru")]
    public void WhetherTwoTextsBelongTogether_IsLearned(string preset)
    {
        var options = Options(preset);
        options["n_epochs"] = 25;
        var plan = _bench.Plan(WriteTogether(400), options, preset);

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(plan));

        // One half is chance for whoever reads one text, or both without their relation.
        Assert.InRange(finished.Report!["accuracy"]!.GetValue<double>(), 0.9, 1);
    }

    [Fact]
    public void ModelOfTextsAlone_LearnsOfPairs_UnlessItsEncoderIsFrozen()
    {
        var options = TrainingBench.TinyRecurrent;
        options["n_epochs"] = 2;
        var first = _bench.Plan(_bench.WriteTopics(60), options, "gru", "first");
        _bench.Run(first);
        Assert.False(EncoderOf(first).ReadsPairs);
        TrainingPlan Onward(string run, bool frozen) => _bench.Plan(WriteOrder(60), new JsonObject { ["n_epochs"] = 1, ["freeze_encoder"] = frozen }, run: run) with { Preset = null, BaseArtifact = first.OutputDirectory };

        var (free, frozen) = (Onward("free", false), Onward("frozen", true));
        _bench.Run(free);
        _bench.Run(frozen);

        Assert.True(EncoderOf(free).ReadsPairs);
        Assert.False(EncoderOf(frozen).ReadsPairs);
    }

    // The same words on both sides equally often: only their order tells.
    private string WriteOrder(int rows)
    {
        var random = new Random(3);
        var lines = Enumerable.Range(0, rows).Select(_ =>
        {
            var first = random.Next(Ranks.Length);
            var second = (first + random.Next(1, Ranks.Length)) % Ranks.Length;
            return $"{Ranks[first]},{Ranks[second]},{(first > second ? "more" : "less")}\n";
        });
        return _bench.Write("order.csv", string.Concat(lines.Prepend("text,text_pair,label\n")));
    }

    private string WriteTogether(int rows)
    {
        string[][] topics = [["cat", "dog", "cow"], ["apple", "pear", "plum"]];
        var random = new Random(4);
        var lines = Enumerable.Range(0, rows).Select(_ =>
        {
            var (first, second) = (random.Next(2), random.Next(2));
            string Text(int topic) => $"{topics[topic][random.Next(3)]} {topics[topic][random.Next(3)]}";
            return $$"""{"text":"{{Text(first)}}","text_pair":"{{Text(second)}}","label":"{{(first == second ? "same" : "different")}}"}""" + "\n";
        });
        return _bench.Write("together.jsonl", string.Concat(lines));
    }

    private static JsonObject Options(string preset)
    {
        var options = preset switch
        {
            "mlp" => TrainingBench.TinyMlp,
            "transformer-small" => TrainingBench.TinyTransformer,
            "mlp-embeddings" => new JsonObject { ["hidden_size"] = 16, ["vocabulary_size"] = 200, ["batch_size"] = 8, ["validation_split"] = 0.2, ["ngram_dropout"] = 0 },
            _ => TrainingBench.TinyRecurrent,
        };
        (options["n_epochs"], options["dropout"], options["early_stopping_patience"]) = (15, 0, 0);
        return options;
    }

    private static RecurrentEncoderConfig EncoderOf(TrainingPlan plan) => (RecurrentEncoderConfig)ArtifactReader.Open(plan.OutputDirectory).ReadConfig().Encoder;

    private static string Label(Predictor predictor, TextInput input)
    {
        var probabilities = predictor.Predict([predictor.Tokenize(input)], PredictionOptions.Default)[0].Probabilities;
        return predictor.Config.Labels[Array.IndexOf(probabilities, probabilities.Max())];
    }
}
