using System.Text;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Training.Tests.Datasets;

/// <summary>Rows are found again where the index says they begin, and compared by what it remembers of them.</summary>
public sealed class RowIndexTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\uFEFFtext,label\none,a\n\"two\r\nlines\",b\r\n\n\nbroken\n\"open \"x,a\nthree,a\n\"never closed,b\nfour,b")]
    [InlineData("text\tlabel\rone\ta\r\rtwo\tb\r")]
    [InlineData("{\"text\":\"one\",\"label\":\"a\"}\n\n{oops\r\n{\"text\":\"two\",\"label\":\"b\"}\n[1]\n{\"text\":\"three\",\"label\":\"b\"}")]
    public void EveryRow_ReadFromItsPlace_IsTheSame(string content)
    {
        using var file = new TemporaryFile(content);
        using DatasetReader reader = DatasetReader.Open(file.Path);
        DatasetRow[] all = [.. reader.ReadRows(Cancel)];
        for (int i = 0; i < all.Length; i++)
        {
            DatasetRow[] rest = [.. reader.ReadRowsFrom(all[i].Offset, all[i].Line, Cancel)];

            Assert.Equal(all[i..].Select(Shown), rest.Select(Shown));
        }
    }

    [Fact]
    public void Index_HoldsEveryRow_AndFindsLinesAndLabels()
    {
        // More rows than are read at once.
        var csv = new StringBuilder("text,label\n");
        for (int i = 0; i < 10_000; i++)
        {
            csv.Append(i % 100 == 99 ? ",a\n" : $"text {i},{(i % 1000 == 500 ? "rare" : "usual")}\n");
        }

        using var file = new TemporaryFile(csv.ToString());
        using RowIndex index = IndexOf(file);

        Assert.Equal(10_000, index.Count);
        Assert.Equal(Enumerable.Range(2, 10_000), index.From(0).Select(entry => (int)entry.Line));
        Assert.Equal(100, index.From(0).Count(entry => !entry.IsValid));
        Assert.Equal((0, 4_999, 9_999, 10_000), (index.FirstAfter(0), index.FirstAfter(5_000), index.FirstAfter(10_000), index.FirstAfter(10_001)));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (1_000L * i) + 502), index.From(0).Where(RowEntry.MayHave("rare")).Select(entry => entry.Line));
        Assert.Empty(index.From(10_000));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(100)]
    public void Leakage_CountsTextsOfOneFileInAnother(int rowsAtATime)
    {
        using var training = new TemporaryFile("text,label\none,a\ntwo,b\nthree,c\nthree,b\n,b\n");
        using var validation = new TemporaryFile("text,label\nnew,a\nＴＷＯ ,b\n,a\nthree,b\ntwo,a\n");
        using RowIndex there = IndexOf(training);
        using RowIndex here = IndexOf(validation);

        DatasetLeakage leakage = DatasetLeakage.Find(here, there, examples: 2, rowsAtATime, Cancel);

        Assert.Equal((3, 0.75, 2), (leakage.Rows, leakage.Share, leakage.Conflicts));
        Assert.Equal([new LeakedRow(3, 3, true), new LeakedRow(5, 4, false)], leakage.Examples);
        Assert.Equal(1, DatasetLeakage.Find(here, here, 0, Cancel).Share);
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else of just 32 bytes!")]
    [InlineData("FeedbackService row index v1\0\0\0\0cut")]
    public void WhatIsNoIndex_IsNotOpened(string content)
    {
        using var file = new TemporaryFile(content);

        Assert.Null(RowIndex.TryOpen(file.Path));
        Assert.Null(RowIndex.TryOpen(file.Path + ".none"));
    }

    internal static RowIndex IndexOf(TemporaryFile file)
    {
        string path = file.Path + ".rows";
        using (DatasetReader reader = DatasetReader.Open(file.Path))
        using (var writer = new RowIndexWriter(path))
        {
            DatasetValidator.Validate(reader, new IssueList(), writer, Cancel);
        }

        RowIndex index = RowIndex.TryOpen(path)!;
        File.Delete(path); // open files live on
        return index;
    }

    private static string Shown(DatasetRow row) =>
        $"{row.Line} {row.Offset} {row.Text?.Input} {string.Join('|', row.Text?.Labels ?? [])} {string.Join(' ', row.Issues)}";
}
