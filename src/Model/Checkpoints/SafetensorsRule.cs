namespace FeedbackService.Model.Checkpoints;

/// <summary>The rules that a safetensors file is held to; all but the last are checked before anything is allocated for data.</summary>
public enum SafetensorsRule
{
    /// <summary>At least 8 bytes, the header's length in them.</summary>
    FileLength = 1,

    /// <summary>The header is at most 16 MiB and lies within the file.</summary>
    HeaderLength,

    /// <summary>The header begins with <c>{</c>; after the JSON only spaces.</summary>
    HeaderPadding,

    /// <summary>The header is strict UTF-8.</summary>
    Utf8,

    /// <summary>The header is JSON of at most 4 levels without repeated keys.</summary>
    Json,

    /// <summary><c>__metadata__</c> maps strings to strings and is at most 1 MiB.</summary>
    Metadata,

    /// <summary>A tensor has exactly the members dtype, shape and data_offsets.</summary>
    Members,

    /// <summary>The dtype is one of the allowed ones, and a BOOL byte is 0 or 1.</summary>
    Dtype,

    /// <summary>At most 8 dimensions, each a whole number that is not negative.</summary>
    Shape,

    /// <summary>The size of a tensor can be counted.</summary>
    Overflow,

    /// <summary>Two offsets, the first not after the second.</summary>
    Offsets,

    /// <summary>The tensors fill the data from the first to the last byte, without overlap, hole or rest.</summary>
    Contiguity,

    /// <summary>The offsets are as far apart as dtype and shape say.</summary>
    Size,

    /// <summary>At most 10,000 tensors, names of 1 to 256 characters without control characters.</summary>
    Names,

    /// <summary>The expected names, shapes and dtypes; reported as <see cref="StateDictMismatchException"/>.</summary>
    Architecture,

    /// <summary>No infinity and no NaN, where that is asked for.</summary>
    Finite,

    /// <summary>The file does not change while it is read.</summary>
    Unchanged,
}
