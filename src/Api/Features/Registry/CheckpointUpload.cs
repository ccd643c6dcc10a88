using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;
using FeedbackService.Api.Imports;

namespace FeedbackService.Api.Features.Registry;

/// <summary>Streams the files of a checkpoint to disk. What a checkpoint does not need is passed over, so that a whole folder can be sent.</summary>
internal static class CheckpointUpload
{
    private const int MaxParts = 512;

    /// <summary>Reads the form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">Where the files go; nothing is there.</param>
    /// <param name="maxBytes">Most bytes of all files together.</param>
    /// <param name="cancellationToken">Of the request.</param>
    /// <exception cref="ServiceException">400 for a broken form, an unknown part or a file given twice; 413; 422 for weights in a form that is never read.</exception>
    public static async Task<StagedCheckpoint> ReadAsync(HttpRequest request, string path, long maxBytes, CancellationToken cancellationToken)
    {
        var checkpoint = new StagedCheckpoint(path);
        try
        {
            var left = maxBytes;
            string? program = null;
            await foreach (var part in MultipartForm.ReadAsync(request, maxBytes, MaxParts, TooLarge, cancellationToken))
            {
                if (part.Name is not ("files" or "file"))
                {
                    throw ServiceException.Invalid("unknown_parameter", $"'{part.Name}' is not a part of this form: each file is a part 'files' with its name.", part.Name);
                }

                var name = CheckpointNames.BaseName(part.FileName);
                if (!CheckpointNames.IsTaken(name))
                {
                    program ??= CheckpointNames.MayRun(name) ? name : null;
                    await part.Body.CopyToAsync(Stream.Null, cancellationToken);
                    continue;
                }

                if (checkpoint.Has(name))
                {
                    throw ServiceException.Invalid("duplicate_parameter", $"'{name}' is given twice.", "files");
                }

                var (bytes, sha256) = await part.SaveAsync(checkpoint.PathOf(name), left, TooLarge, cancellationToken);
                checkpoint.Add(name, bytes, sha256);
                left -= bytes;
            }

            if (program is not null && !checkpoint.Files.Any(file => file.Name.EndsWith(".safetensors", StringComparison.Ordinal)))
            {
                throw ServiceException.Unusable("checkpoint_unusable", $"There are no weights as safetensors, and {program} can run programs when it is read, so it is not. Convert the weights.", "files");
            }
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }

        return checkpoint;

        ServiceException TooLarge() => ServiceException.TooLarge(
            "file_too_large", $"The files are larger than the {maxBytes} bytes this service takes. Start it with a larger --max-upload-bytes.", "files");
    }
}
