using System.Text.Json.Nodes;
using FeedbackService.Model.Classification;
using FeedbackService.Testing;
using FeedbackService.Training.Optimization;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>Blocks of an encoder that do not learn, not yet, or more slowly.</summary>
public sealed class LayerFreezingTests : IDisposable
{
    private readonly TrainingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("mlp", "freeze_embeddings", 0, "encoder.embedding.")]
    [InlineData("lstm", "freeze_embeddings", 0, "encoder.embedding.")]
    [InlineData("transformer-small", "freeze_embeddings", 0, "encoder.embeddings.")]
    [InlineData("transformer-small", "freeze_layers", 1, "encoder.embeddings.", "encoder.layers.0.")]
    [InlineData("transformer-small", "freeze_layers", 2, "encoder.")]
    [InlineData("bifnn", "freeze_layers", 1, "encoder.")]
    public void FrozenBlocks_StayByteForByte_AndAllElseLearns(string preset, string option, int layers, params string[] frozen)
    {
        var first = _bench.Base(preset);
        var second = _bench.Onward(first, new JsonObject { [option] = layers == 0 ? true : layers, ["n_epochs"] = 2, ["learning_rate"] = 0.01 }, "second");

        Assert.IsType<TrainingFinished>(_bench.Run(second));

        var before = TrainingBench.Tensors(first);
        foreach (var (name, bytes) in TrainingBench.Tensors(second))
        {
            var stays = frozen.Any(part => name.StartsWith(part, StringComparison.Ordinal));
            Assert.True(stays == bytes.AsSpan().SequenceEqual(before[name]), name);
        }
    }

    [Fact]
    public void Unfreezing_ReachesOneBlockMoreWithEachEpoch()
    {
        var first = _bench.Base("transformer-small");
        string[] Learned(int epochs)
        {
            var options = new JsonObject { ["unfreezing"] = "gradual", ["n_epochs"] = epochs, ["learning_rate"] = 0.01, ["validation_split"] = 0 };
            var plan = _bench.Onward(first, options, $"after-{epochs}", sameLabels: true);
            _bench.Run(plan);
            var before = TrainingBench.Tensors(first);
            return [.. TrainingBench.Tensors(plan).Where(entry => !entry.Value.AsSpan().SequenceEqual(before[entry.Key])).Select(entry => string.Join('.', entry.Key.Split('.').Take(entry.Key.Contains("layers", StringComparison.Ordinal) ? 3 : 2))).Where(name => name.StartsWith("encoder", StringComparison.Ordinal)).Distinct().Order()];
        }

        Assert.Empty(Learned(1));
        Assert.Equal(["encoder.final_norm", "encoder.layers.1"], Learned(2));
        Assert.Equal(["encoder.final_norm", "encoder.layers.0", "encoder.layers.1"], Learned(3));
        Assert.Equal(["encoder.embeddings", "encoder.final_norm", "encoder.layers.0", "encoder.layers.1"], Learned(4));
    }

    [Theory]
    [InlineData("transformer-small", """{"freeze_embeddings":true}""")]
    [InlineData("transformer-small", """{"freeze_layers":1,"layer_decay":0.8}""")]
    [InlineData("transformer-small", """{"unfreezing":"gradual","layer_decay":0.7}""")]
    [InlineData("lstm", """{"unfreezing":"gradual"}""")]
    [InlineData("mlp", """{"unfreezing":"gradual","freeze_embeddings":true}""")]
    public void StoppedAndGoneOn_EndsWithTheWeightsOfAnUndisturbedTraining(string preset, string asked)
    {
        var first = _bench.Base(preset);
        var options = JsonNode.Parse(asked)!.AsObject();
        (options["n_epochs"], options["batch_size"], options["learning_rate"], options["eval_every"], options["early_stopping_patience"]) = (4, 8, 0.01, 5, 0);
        var (whole, pieces) = (_bench.Onward(first, options, "whole"), _bench.Onward(first, options, "pieces"));
        _bench.Run(whole);

        // Steps of 14 an epoch: within the first, at the end of the second, within the last.
        var stops = _bench.RunInPieces(pieces, 4, 24, 18);

        Assert.Equal(3, stops);
        Assert.Equal(TrainingBench.WeightsHash(whole), TrainingBench.WeightsHash(pieces));
    }

    [Theory]
    [InlineData("transformer-small", """{"freeze_layers":3}""", "freeze_layers")]
    [InlineData("transformer-small", """{"freeze_encoder":true,"unfreezing":"gradual"}""", "unfreezing")]
    [InlineData("transformer-small", """{"layer_decay":0}""", "layer_decay")]
    public void OptionsThatDoNotFitTogether_AreRefusedByName(string preset, string asked, string name)
    {
        var error = Assert.Throws<InvalidOptionsException>(() => _bench.Run(_bench.Plan(_bench.WriteTopics(60), JsonNode.Parse(asked)!.AsObject(), preset)));

        Assert.Equal([name], error.Errors.Keys);
    }

    [Theory]
    [InlineData(false, false, 0, false, 0)]
    [InlineData(false, true, 0, false, 1)]
    [InlineData(false, false, 2, false, 3)]
    [InlineData(false, true, 2, false, 3)]
    [InlineData(true, true, 2, false, 5)]
    [InlineData(false, false, 0, true, 5, 4, 3, 2, 1, 0, 0)]
    [InlineData(false, false, 1, true, 5, 4, 3, 2, 2, 2, 2)]
    public void TheWidestOfWhatIsFrozen_Counts(bool encoder, bool embeddings, int layers, bool gradual, params int[] blocks)
    {
        var options = new OptimizerOptions { FreezeEncoder = encoder, FreezeEmbeddings = embeddings, FreezeLayers = layers, Unfreezing = gradual ? UnfreezingKind.Gradual : UnfreezingKind.None };

        Assert.Equal(blocks, blocks.Select((_, epoch) => options.FrozenBlocks(4, epoch)));
        Assert.Equal(blocks[^1], options.FrozenBlocks(4, long.MaxValue));
    }

    [Fact]
    public void Rates_FallFromTheLastLayerToTheEmbedding_AndTheHeadHasTheWholeRate()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.WithFeedback(TinyModels.Transformer));

        var factors = ParameterGroups.Of(classifier, new OptimizerOptions { LayerDecay = 0.5 }, 1e-3).ToLookup(parameter => parameter.LearningRateFactor, parameter => parameter.Name);

        Assert.Equal([0.25, 0.5, 1], factors.Select(group => group.Key).Order());
        Assert.All(factors[0.25], name => Assert.StartsWith("encoder.embeddings.", name, StringComparison.Ordinal));
        Assert.All(factors[0.5], name => Assert.StartsWith("encoder.layers.0.", name, StringComparison.Ordinal));
        Assert.Contains("encoder.final_norm.weight", factors[1]);
        Assert.Contains("head.projection.weight", factors[1]);
        Assert.Contains("feedback_loop.label_embedding", factors[1]);
    }

    [Fact]
    public void Rate_OfTheMlpsTable_FallsToo()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.Plain(TinyModels.Mlp));
        var options = new OptimizerOptions { LayerDecay = 0.5, TableLearningRate = 0.04 };

        Assert.Equal(0.04 / 1e-3 * 0.25, ParameterGroups.Of(classifier, options, 1e-3).Single(parameter => parameter.Name == "encoder.embedding.weight").LearningRateFactor, 1e-9);
    }

    [Fact]
    public void Rates_AreAllTheSame_UnlessAsked()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.Plain(TinyModels.Transformer));

        Assert.All(ParameterGroups.Of(classifier, new OptimizerOptions(), 1e-3), parameter => Assert.Equal(1, parameter.LearningRateFactor));
    }
}
