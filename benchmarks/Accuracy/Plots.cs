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

    // Of the two marks of a row.
    private const double Apart = 0.18;

    // Beyond the widest interval, in points.
    private const double Margin = 0.1;

    // The margin that is found by itself cuts long names.
    private const double NamesWidth = 330;

    /// <summary>What each arm gains over the plain one of its study, with the 95 % interval over the seeds.</summary>
    public static void Gains(string path, IReadOnlyList<(Study Study, IReadOnlyList<ArmSummary> Arms)> studies)
    {
        var rows = (from study in studies from arm in study.Arms where arm.Against.ContainsKey(Arm.Plain) select (Label: $"{study.Study.Name}: {arm.Arm.Name}", arm.Against[Arm.Plain].Gain)).Reverse().ToList();
        var model = Model("Points of test accuracy gained over the plain model, 95 % interval");
        model.Axes.Add(Names([.. rows.Select(row => row.Label)]));
        model.Axes.Add(PointsOf(rows.Select(row => row.Gain)));
        var series = new ScatterErrorSeries { MarkerType = MarkerType.Circle, MarkerSize = 4, ErrorBarStopWidth = 3 };
        series.Points.AddRange(rows.Select((row, index) => Point(row.Gain, index)));
        model.Series.Add(series);
        Save(path, model, rows.Count);
    }

    /// <summary>What each round of the arms with feedback gains over the plain model, with the 95 % interval over the seeds.</summary>
    public static void Rounds(string path, IReadOnlyList<(Study Study, IReadOnlyList<ArmSummary> Arms)> studies)
    {
        var rows = (from study in studies from arm in study.Arms where arm.Rounds.Count > 1 select (Label: $"{study.Study.Name}: {arm.Arm.Name}", arm.Rounds)).Reverse().ToList();
        var model = Model("Points of test accuracy gained over the plain model, 95 % interval: round 0 (circle, above), last round (square, below)");
        model.Axes.Add(Names([.. rows.Select(row => row.Label)]));
        model.Axes.Add(PointsOf(rows.SelectMany(row => new[] { row.Rounds[0].AgainstPlain!.Gain, row.Rounds[^1].AgainstPlain!.Gain })));
        var first = new ScatterErrorSeries { MarkerType = MarkerType.Circle, MarkerSize = 4, ErrorBarStopWidth = 3 };
        var last = new ScatterErrorSeries { MarkerType = MarkerType.Square, MarkerSize = 4, ErrorBarStopWidth = 3 };
        for (var row = 0; row < rows.Count; row++)
        {
            first.Points.Add(Point(rows[row].Rounds[0].AgainstPlain!.Gain, row + Apart));
            last.Points.Add(Point(rows[row].Rounds[^1].AgainstPlain!.Gain, row - Apart));
        }

        model.Series.Add(first);
        model.Series.Add(last);
        Save(path, model, rows.Count);
    }

    // Error bars do not widen an axis by themselves.
    private static LinearAxis PointsOf(IEnumerable<Statistics> gains)
    {
        var ends = gains.SelectMany(gain => new[] { gain.Mean - HalfOf(gain), gain.Mean + HalfOf(gain) }).Append(0).Select(end => end * Points).ToList();
        return new LinearAxis
        {
            Position = AxisPosition.Bottom,
            MajorGridlineStyle = LineStyle.Dot,
            ExtraGridlines = [0],
            ExtraGridlineStyle = LineStyle.Solid,
            Minimum = ends.Min() - Margin,
            Maximum = ends.Max() + Margin,
        };
    }

    private static double HalfOf(Statistics gain) => double.IsNaN(gain.Half) ? 0 : gain.Half;

    private static ScatterErrorPoint Point(Statistics gain, double row) =>
        new(gain.Mean * Points, row, 2 * HalfOf(gain) * Points, 0);

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
