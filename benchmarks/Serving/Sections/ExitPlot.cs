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
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "time of the model, × plain", MajorGridlineStyle = LineStyle.Dot, MinimumPadding = 0.05, MaximumPadding = 0.1 });
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = "test accuracy, %", AxisTitleDistance = 16, MajorGridlineStyle = LineStyle.Dot, MinimumPadding = 0.1, MaximumPadding = 0.1 });
        var curve = new LineSeries { MarkerType = MarkerType.Circle, MarkerSize = 4, Color = OxyColors.SteelBlue };
        curve.Points.AddRange(points.Select(Place));
        model.Series.Add(curve);
        model.Series.Add(Mark(MarkerType.Square, 5, OxyColors.Gray, new DataPoint(1, plain * Points)));
        model.Series.Add(Mark(MarkerType.Circle, ChosenSize, OxyColors.Transparent, Place(chosen)));
        foreach (var point in points)
        {
            model.Annotations.Add(new TextAnnotation
            {
                Text = point.Name,
                TextPosition = Place(point),
                TextHorizontalAlignment = HorizontalAlignment.Left,
                TextVerticalAlignment = VerticalAlignment.Top,
                // Aslant, for neighbours are close to each other.
                TextRotation = 40,
                Offset = new ScreenVector(4, 4),
                StrokeThickness = 0,
                FontSize = 11,
            });
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var stream = File.Create(path);
        new SvgExporter { Width = Width, Height = Height, UseVerticalTextAlignmentWorkaround = true }.Export(model, stream);
    }

    private static DataPoint Place(ExitPoint point) => new(point.Cost, point.Test * Points);

    private static ScatterSeries Mark(MarkerType type, double size, OxyColor fill, DataPoint at)
    {
        var series = new ScatterSeries { MarkerType = type, MarkerSize = size, MarkerFill = fill, MarkerStroke = OxyColors.Black, MarkerStrokeThickness = 1.5 };
        series.Points.Add(new ScatterPoint(at.X, at.Y));
        return series;
    }
}
