using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FeedbackService.Model.Files;

namespace FeedbackService.Model.Tokenization;

/// <summary>
/// A fitted n-gram vocabulary on disk, little-endian: the magic <c>NGRM</c>, a version, the number n of n-grams, then n
/// buckets (int32), n weights (float32) and n block marks (byte, 1 = characters).
/// </summary>
internal static class NgramVocabularyFile
{
    private const int Version = 1;
    private const int HeaderBytes = 12;
    private const int BytesPerNgram = sizeof(int) + sizeof(float) + 1;
    private static ReadOnlySpan<byte> Magic => "NGRM"u8;

    public static void Save(NgramVocabulary vocabulary, string path)
    {
        using var file = File.Create(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], vocabulary.Buckets.Count);
        file.Write(header);
        file.Write(MemoryMarshal.AsBytes<int>([.. vocabulary.Buckets]));
        file.Write(MemoryMarshal.AsBytes<float>([.. vocabulary.Weights]));
        file.Write([.. vocabulary.Characters.Select(mark => mark ? (byte)1 : (byte)0)]);
    }

    /// <exception cref="InvalidFileException">The file is missing or wrong.</exception>
    public static NgramVocabulary Load(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Invalid("cannot be read.", exception);
        }

        if (bytes.Length < HeaderBytes || !bytes.AsSpan(0, 4).SequenceEqual(Magic) || BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)) != Version)
        {
            throw Invalid($"is not an n-gram vocabulary of version {Version}.");
        }

        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        if (count < 0 || bytes.Length != HeaderBytes + ((long)count * BytesPerNgram))
        {
            throw Invalid($"says it has {count} n-grams, which does not fit its size.");
        }

        var buckets = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(HeaderBytes, count * sizeof(int))).ToArray();
        var weights = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(HeaderBytes + (count * sizeof(int)), count * sizeof(float))).ToArray();
        var characters = bytes[(HeaderBytes + (count * (sizeof(int) + sizeof(float))))..].Select(mark => mark != 0).ToArray();
        try
        {
            return new NgramVocabulary(buckets, weights, characters);
        }
        catch (ArgumentException exception)
        {
            throw Invalid(exception.Message, exception);
        }
    }

    private static InvalidFileException Invalid(string reason, Exception? inner = null) => new(TokenizerFiles.NgramsFile, null, reason, inner);
}
