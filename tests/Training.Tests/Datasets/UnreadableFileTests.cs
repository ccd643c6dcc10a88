using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Training.Tests.Datasets;

public sealed class UnreadableFileTests
{
    private static readonly byte[] Csv = Encoding.UTF8.GetBytes("text,label\nhello,a\n");

    public static TheoryData<string, byte[], string> Files => new()
    {
        { "nothing", [], UnreadableDatasetException.Empty },
        { "byte order mark", [0xEF, 0xBB, 0xBF], UnreadableDatasetException.Empty },
        { "blank lines", "\n \r\n\n"u8.ToArray(), UnreadableDatasetException.Empty },
        { "zip", Zip(), UnreadableDatasetException.Archive },
        { "gzip", Gzip(), UnreadableDatasetException.Archive },
        { "tar", Tar(), UnreadableDatasetException.Archive },
        { "xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 0x00, 0x04], UnreadableDatasetException.Archive },
        { "bzip2", "BZh91AY&SY\u0001\u0002"u8.ToArray(), UnreadableDatasetException.Archive },
        { "zstd", [0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x58], UnreadableDatasetException.Archive },
        { "7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0x00, 0x04], UnreadableDatasetException.Archive },
        { "pickle, protocol 4", [0x80, 0x04, 0x95, 0x0B, 0, 0, 0, 0, 0, 0, 0, 0x5D, 0x94, 0x8C, 0x01, 0x61, 0x94, 0x61, 0x2E], UnreadableDatasetException.Pickle },
        { "pickle, protocol 2", [0x80, 0x02, 0x5D, 0x71, 0x00, 0x2E], UnreadableDatasetException.Pickle },
        { "pickle, protocol 1", [0x5D, 0x71, 0x00, 0x2E], UnreadableDatasetException.Pickle },
        { "pickle, protocol 0, list", "(lp0\nVtext\np1\na."u8.ToArray(), UnreadableDatasetException.Pickle },
        { "pickle, protocol 0, string", "S'text'\np0\n."u8.ToArray(), UnreadableDatasetException.Pickle },
        { "pickle, attack", "cos\nsystem\n(S'id'\ntR."u8.ToArray(), UnreadableDatasetException.Pickle },
        { "pdf", "%PDF-1.7\n"u8.ToArray(), UnreadableDatasetException.Binary },
        { "elf", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0], UnreadableDatasetException.Binary },
        { "png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], UnreadableDatasetException.Binary },
        { "hdf5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], UnreadableDatasetException.Binary },
        { "parquet", "PAR1\u0015\u0004"u8.ToArray(), UnreadableDatasetException.Binary },
        { "control characters", [.. Enumerable.Repeat((byte)3, 100)], UnreadableDatasetException.Binary },
        { "utf-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("text,label\na,b\n")], UnreadableDatasetException.NotUtf8 },
        { "utf-16 without mark", Encoding.Unicode.GetBytes("text,label\na,b\n"), UnreadableDatasetException.NotUtf8 },
        { "latin-1 throughout", Encoding.Latin1.GetBytes("text,label\né,a\nü,b\nö,c\n"), UnreadableDatasetException.NotUtf8 },
        { "latin-1 header", Encoding.Latin1.GetBytes("text,catégorie\ne,a\nu,b\no,c\n"), UnreadableDatasetException.NotUtf8 },
        { "json array", "[\n{\"text\":\"a\"},\n{\"text\":\"b\"}\n]"u8.ToArray(), UnreadableDatasetException.JsonArray },
        { "json array on one line", "[{\"text\":\"a\"},{\"text\":\"b\"}]"u8.ToArray(), UnreadableDatasetException.JsonArray },
        { "open quote in the header", "text,\"label\na,b\n"u8.ToArray(), UnreadableDatasetException.Header },
        { "a million columns", Encoding.UTF8.GetBytes("text," + new string(',', 1_000_000) + "\na\n"), UnreadableDatasetException.Header },
        { "a header of a megabyte", Encoding.UTF8.GetBytes("text," + new string('x', 1_000_000) + "\na,b\n"), UnreadableDatasetException.Header },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_RefusesWhatIsNoDataset(string name, byte[] content, string code)
    {
        using var file = new TemporaryFile(content);

        var refusal = Assert.Throws<UnreadableDatasetException>(() => DatasetReader.Open(file.Path));

        Assert.True(code == refusal.Code, $"{name}: {refusal.Code} {refusal.Message}");
        Assert.InRange(refusal.Message.Length, 20, 400);
    }

    [Theory]
    [InlineData("content\nhello\n")]
    [InlineData("Sentence\np1\n")]
    [InlineData("text,label\n(lp0,a\n")]
    public void Open_TakesTextThatOnlyResemblesAPickle(string content)
    {
        using var file = new TemporaryFile(content);
        using DatasetReader reader = DatasetReader.Open(file.Path, new ColumnRequest { IgnoreLabels = true });

        Assert.Single(reader.ReadTexts(cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Open_TakesACharacterCutByTheSample()
    {
        // 64 KiB of sample end within a three-byte character of a single line.
        using var file = new TemporaryFile("text\n" + new string('字', 100_000) + "\n");
        using DatasetReader reader = DatasetReader.Open(file.Path);

        Assert.Equal(100_000, Assert.Single(reader.ReadTexts(cancellationToken: TestContext.Current.CancellationToken)).Input.Text.Length);
    }

    [Fact]
    public void Open_ThatFails_ReleasesTheFile()
    {
        using var file = new TemporaryFile("");
        Assert.Throws<UnreadableDatasetException>(() => DatasetReader.Open(file.Path));

        using FileStream exclusive = File.Open(file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal(0, exclusive.Length);
    }

    private static byte[] Zip()
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create))
        using (Stream entry = zip.CreateEntry("train.csv").Open())
        {
            entry.Write(Csv);
        }

        return memory.ToArray();
    }

    private static byte[] Gzip()
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            gzip.Write(Csv);
        }

        return memory.ToArray();
    }

    private static byte[] Tar()
    {
        using var memory = new MemoryStream();
        using (var tar = new TarWriter(memory))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "train.csv") { DataStream = new MemoryStream(Csv) });
        }

        return memory.ToArray();
    }
}
