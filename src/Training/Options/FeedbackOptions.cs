using FeedbackService.Model.Configuration;

namespace FeedbackService.Training.Options;

/// <summary>The feedback loop around the encoder.</summary>
public sealed record FeedbackOptions
{
    /// <summary>Feedback rounds after the plain pass; 0 = plain model.</summary>
    [TrainingOption("Feedback rounds after the plain pass; 0 trains the plain model and the other feedback options have no effect.", Minimum = 0, Maximum = 8, ShapesModel = true, SearchLow = 0, SearchHigh = 3, Methods = TrainingMethods.Supervised)]
    public int Rounds { get; init; } = 1;

    /// <summary>How the prediction becomes a signal.</summary>
    [TrainingOption("How the prediction becomes a signal for the token states.", Name = "feedback", ShapesModel = true, SearchValues = true, Methods = TrainingMethods.Supervised)]
    public FeedbackKind Kind { get; init; } = FeedbackKind.Attention;

    /// <summary>How the signal is merged into the token states.</summary>
    [TrainingOption("How the signal is merged into the token states.", ShapesModel = true, SearchValues = true, Methods = TrainingMethods.Supervised)]
    public FusionKind Fusion { get; init; } = FusionKind.Gated;

    /// <summary>Layer whose output the fused states are added to.</summary>
    [TrainingOption("Layer whose output the fused states re-enter at: 0 is the embedding, at most the number of layers.", Minimum = 0, Maximum = 48, ShapesModel = true, Methods = TrainingMethods.Supervised)]
    public int ReentryLayer { get; init; }

    /// <summary>Whether the fused states correct the old ones or take their place.</summary>
    [TrainingOption("residual adds the scaled fused states to the old ones, replace puts them in their place.", ShapesModel = true, SearchValues = true, Methods = TrainingMethods.Supervised)]
    public InjectKind Inject { get; init; } = InjectKind.Residual;

    /// <summary>Heads of attention feedback and attention fusion.</summary>
    [TrainingOption("Heads of attention feedback and attention fusion; divides the hidden size.", Minimum = 1, Maximum = 64, ShapesModel = true, Methods = TrainingMethods.Supervised)]
    public int FeedbackHeads { get; init; } = 4;

    /// <summary>Start value of the feedback scale γ.</summary>
    [TrainingOption("Start value of the feedback scale; 0 makes the model equal to the plain one at the start.", Minimum = 0, Maximum = 1, ShapesModel = true, Methods = TrainingMethods.Supervised)]
    public double InitialScale { get; init; }

    /// <summary>Weight of each round in the loss.</summary>
    [TrainingOption("Weight of each round in the loss: growing with the round, the same for all, or the last one only.", SearchValues = true, Methods = TrainingMethods.Supervised)]
    public SupervisionKind Supervision { get; init; } = SupervisionKind.DepthWeighted;

    /// <summary>How many of the last links between rounds gradients pass through.</summary>
    [TrainingOption("How many of the last links between rounds gradients pass through when training: 0 takes the previous round's prediction and states as given, so that each round learns to improve on the one before; rounds, or more, trains through all rounds at once.", Minimum = 0, Maximum = FeedbackConfig.MostRounds, SearchLow = 0, SearchHigh = 2, Methods = TrainingMethods.Supervised)]
    public int BackpropRounds { get; init; }

    /// <summary>Share of a batch's texts that get no signal in a round.</summary>
    [TrainingOption("Share of a batch's texts that get no signal in a round, so that the loop learns to correct predictions and not to confirm them.", Minimum = 0, Maximum = 1, ExclusiveMaximum = true, SearchLow = 0, SearchHigh = 0.5, Methods = TrainingMethods.Supervised)]
    public double SignalDropout { get; init; }

    /// <summary>Share of a batch's texts of which the loop is told another text's prediction in a round.</summary>
    [TrainingOption("Share of a batch's texts of which the loop is told another text's prediction in a round, so that it learns to correct wrong predictions.", Minimum = 0, Maximum = 1, ExclusiveMaximum = true, SearchLow = 0, SearchHigh = 0.3, Methods = TrainingMethods.Supervised)]
    public double WrongPrediction { get; init; }

    /// <summary>Take another number of rounds at every step.</summary>
    [TrainingOption("Draw the number of rounds of every step from 0 to rounds, each as likely, so that the model can be asked for any number of them; the rounds drawn are weighted as if there were no more.", Methods = TrainingMethods.Supervised)]
    public bool SampleRounds { get; init; }

    /// <summary>Weight α of the disagreement between rounds.</summary>
    [TrainingOption("Weight of a penalty on rounds that disagree with the plain pass: half the symmetric Kullback-Leibler divergence, mean over the rounds (R-Drop, for which the rounds are the passes).", Minimum = 0, Maximum = 100, SearchLow = 0, SearchHigh = 1, Methods = TrainingMethods.Supervised)]
    public double Consistency { get; init; }

    /// <summary>What the rounds are taught one after the other.</summary>
    [TrainingOption("none teaches every round the whole label. taxonomy needs labels that are paths such as sport/football and one label per text: the last round is taught the whole label, each earlier one a part less, the first no less than the first part.", Methods = TrainingMethods.Supervised)]
    public CurriculumKind Curriculum { get; init; } = CurriculumKind.None;
}
