using System.Security.Cryptography;
using System.Text;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>What a look through the whole input file finds before a line of it is answered. Taken anew at every claim; it costs little.</summary>
internal sealed class BatchSurvey
{
    // Names that no model can have are not worth keeping; the line is refused when its turn comes.
    private const int LongestAddress = 256;
    private const int MaxFaults = 100;

    private readonly HashSet<long> _repeated = [];
    private readonly HashSet<string> _models = new(StringComparer.Ordinal);
    private readonly List<BatchFault> _faults = [];
    private int _requests;

    private BatchSurvey()
    {
    }

    /// <summary>Lines that are not blank.</summary>
    public int Total { get; private set; }

    /// <summary>Different model addresses.</summary>
    public IReadOnlyCollection<string> Models => _models;

    /// <summary>Why the file as a whole cannot be used, its first bad lines among it; empty when it can.</summary>
    public IReadOnlyList<BatchFault> Faults { get; private set; } = [];

    /// <summary>Looks through a file.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BatchSurvey Take(string path, BatchOptions options, CancellationToken cancellationToken)
    {
        var survey = new BatchSurvey();
        using var reader = new BatchInputReader(path, options.MaxLineBytes);
        var seen = new HashSet<UInt128>();
        while (reader.TryRead(out var bytes, out var tooLong))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (++survey.Total > options.MaxLines)
            {
                survey.Faults = [new BatchFault("too_many_lines", $"A batch takes at most {options.MaxLines} lines. Split the file.", null, reader.Line)];
                return survey;
            }

            var (line, model) = tooLong
                ? (BatchLineParser.TooLong(reader.Line, options.MaxLineBytes), null)
                : BatchLineParser.ReadEnvelope(bytes, reader.Line);
            survey.Count(line, model, seen);
            if (survey._models.Count > options.MaxModels)
            {
                survey.Faults = [new BatchFault("too_many_models", $"A batch names at most {options.MaxModels} different models. Split the file.", "body.model", reader.Line)];
                return survey;
            }
        }

        survey.Faults = survey.Total == 0 ? [new BatchFault("empty_file", "The file has no line with a request.")]
            : survey._requests == 0 ? survey._faults
            : [];
        return survey;
    }

    /// <summary>Whether an earlier line has the custom_id of this one.</summary>
    public bool IsRepeated(long line) => _repeated.Contains(line);

    private void Count(BatchLine line, string? model, HashSet<UInt128> seen)
    {
        if (line.CustomId is not null && !seen.Add(Fingerprint(line.CustomId)))
        {
            _repeated.Add(line.Number);
        }
        else if (line.Fault is null)
        {
            _requests++;
            if (model is { Length: <= LongestAddress })
            {
                _models.Add(model);
            }
        }
        else if (_faults.Count < MaxFaults)
        {
            _faults.Add(line.Fault);
        }
    }

    private static UInt128 Fingerprint(string customId)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(customId), digest);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
