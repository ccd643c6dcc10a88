using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace FeedbackService.Accuracy;

/// <summary>Results as pictures.</summary>
internal static class Plots
{
    private const double Points = 100;
    private const double RowHeight = 26;
    private const double Width = 1000;

    // The margin that is found by itself cuts long names.
    private const double NamesWidth = 330;

    /// <summary>What each arm gains over the plain one of its study, with the 95 % interval over the seeds.</summary>
    public static void Gains(string path, IReadOnlyList<(Study Study, IReadOnlyList<ArmSummary> Arms)> studies)
    {
        var rows = (from study in studies from arm in study.Arms where arm.Name != Arm.Plain select (Label: $"{study.Study.Name}: {arm.Name}", arm.Gain)).Reverse().ToList();
        var model = Model("Points of test accuracy gained over the plain model, 95 % interval");
        model.Axes.Add(Names([.. rows.Select(row => row.Label)]));
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, MajorGridlineStyle = LineStyle.Dot, ExtraGridlines = [0], ExtraGridlineStyle = LineStyle.Solid });
        var series = new ScatterErrorSeries { MarkerType = MarkerType.Circle, MarkerSize = 4, ErrorBarStopWidth = 3 };
        series.Points.AddRange(rows.Select((row, index) => new ScatterErrorPoint(row.Gain.Mean * Points, index, double.IsNaN(row.Gain.Half) ? 0 : 2 * row.Gain.Half * Points, 0)));
        model.Series.Add(series);
        Save(path, model, rows.Count);
    }

    /// <summary>Accuracy of each round of the arms with feedback.</summary>
    public static void Rounds(string path, IReadOnlyList<(Study Study, IReadOnlyList<ArmSummary> Arms)> studies)
    {
        var rows = (from study in studies from arm in study.Arms where arm.Rounds.Count > 1 select (Label: $"{study.Study.Name}: {arm.Name}", arm.Rounds, Plain: study.Arms[0].Accuracy.Mean)).Reverse().ToList();
        var model = Model("Points of test accuracy by round, against the plain model: round 0 (circle), last round (square)");
        model.Axes.Add(Names([.. rows.Select(row => row.Label)]));
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, MajorGridlineStyle = LineStyle.Dot, ExtraGridlines = [0], ExtraGridlineStyle = LineStyle.Solid });
        var first = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerSize = 4 };
        var last = new ScatterSeries { MarkerType = MarkerType.Square, MarkerSize = 4 };
        for (var row = 0; row < rows.Count; row++)
        {
            first.Points.Add(new ScatterPoint((rows[row].Rounds[0].Mean - rows[row].Plain) * Points, row));
            last.Points.Add(new ScatterPoint((rows[row].Rounds[^1].Mean - rows[row].Plain) * Points, row));
        }

        model.Series.Add(first);
        model.Series.Add(last);
        Save(path, model, rows.Count);
    }

    private static PlotModel Model(string title) => new() { PlotMargins = new OxyThickness(NamesWidth, double.NaN, double.NaN, double.NaN), Title = title, TitleFontSize = 14, TitleFontWeight = FontWeights.Normal, Background = OxyColors.White };

    private static CategoryAxis Names(IReadOnlyList<string> names)
    {
        var axis = new CategoryAxis { Position = AxisPosition.Left, MajorGridlineStyle = LineStyle.None };
        axis.Labels.AddRange(names);
        return axis;
    }

    private static void Save(string path, PlotModel model, int rows)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var stream = File.Create(path);
        new SvgExporter { Width = Width, Height = 110 + (rows * RowHeight), UseVerticalTextAlignmentWorkaround = true }.Export(model, stream);
    }
}
