using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>The accuracy-cost curve as a picture.</summary>
internal static class ExitPlot
{
    private const double Points = 100;
    private const double Width = 900;
    private const double Height = 520;
    private const double ChosenSize = 9;

    // Of the width: names that are nearer to each other cannot be read.
    private const double LeastDistance = 0.035;

    /// <summary>Draws it.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="points">In the order of their thresholds.</param>
    /// <param name="chosen">One of them.</param>
    /// <param name="plain">Test accuracy of the plain model.</param>
    public static void Save(string path, IReadOnlyList<ExitPoint> points, ExitPoint chosen, double plain)
    {
        var model = new PlotModel
        {
            Title = "Accuracy and cost by exit_threshold; the chosen one ringed, the plain model as a square",
            TitleFontSize = 14,
            TitleFontWeight = FontWeights.Normal,
            Background = OxyColors.White,
        };
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "time of the model, × plain", AxisTitleDistance = 10, MajorGridlineStyle = LineStyle.Dot, MinimumPadding = 0.05, MaximumPadding = 0.1 });
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = "test accuracy, %", AxisTitleDistance = 16, MajorGridlineStyle = LineStyle.Dot, MinimumPadding = 0.1, MaximumPadding = 0.1 });
        var curve = new LineSeries { MarkerType = MarkerType.Circle, MarkerSize = 4, Color = OxyColors.SteelBlue };
        curve.Points.AddRange(points.Select(Place));
        model.Series.Add(curve);
        model.Series.Add(Mark(MarkerType.Square, 5, OxyColors.Gray, new DataPoint(1, plain * Points)));
        model.Series.Add(Mark(MarkerType.Circle, ChosenSize, OxyColors.Transparent, Place(chosen)));
        foreach (var point in Named(points))
        {
            model.Annotations.Add(new TextAnnotation
            {
                Text = point.Name,
                TextPosition = Place(point),
                TextHorizontalAlignment = HorizontalAlignment.Left,
                TextVerticalAlignment = VerticalAlignment.Top,
                // Aslant, for neighbours are close to each other; clear of the ring.
                TextRotation = 40,
                Offset = new ScreenVector(ChosenSize / 2, ChosenSize),
                StrokeThickness = 0,
                FontSize = 11,
            });
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var stream = File.Create(path);
        new SvgExporter { Width = Width, Height = Height, UseVerticalTextAlignmentWorkaround = true }.Export(model, stream);
    }

    // From the right: that of all rounds is always among them.
    private static IEnumerable<ExitPoint> Named(IReadOnlyList<ExitPoint> points)
    {
        var (range, last) = (points.Max(point => point.Cost) - points.Min(point => point.Cost), double.MaxValue);
        foreach (var point in points.Reverse())
        {
            if (last - point.Cost >= LeastDistance * range)
            {
                last = point.Cost;
                yield return point;
            }
        }
    }

    private static DataPoint Place(ExitPoint point) => new(point.Cost, point.Test * Points);

    private static ScatterSeries Mark(MarkerType type, double size, OxyColor fill, DataPoint at)
    {
        var series = new ScatterSeries { MarkerType = type, MarkerSize = size, MarkerFill = fill, MarkerStroke = OxyColors.Black, MarkerStrokeThickness = 1.5 };
        series.Points.Add(new ScatterPoint(at.X, at.Y));
        return series;
    }
}
