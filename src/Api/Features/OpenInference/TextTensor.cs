using FeedbackService.Api.Errors;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Features.OpenInference;

/// <summary>The input of a request, whether it came as JSON or over gRPC.</summary>
/// <param name="Shape">[N] or [N,1] for N texts, [N,2] for N pairs.</param>
/// <param name="Texts">Row-major, flat.</param>
internal sealed record TextTensor(IReadOnlyList<long> Shape, IReadOnlyList<string> Texts)
{
    /// <summary>Name of the input in a model's metadata; a request's only input is taken whatever its name.</summary>
    public const string Name = "text";

    /// <summary>What the texts are called in refusals.</summary>
    public const string Field = "inputs[0].data";

    /// <summary>The only datatype texts can have.</summary>
    public const string Datatype = "BYTES";

    /// <summary>Checks what a request says of its inputs before their data is read.</summary>
    /// <exception cref="ServiceException">400 unless there is exactly one and it is of BYTES.</exception>
    public static void Require(int inputs, string? datatype)
    {
        if (inputs != 1)
        {
            throw ServiceException.Invalid(
                "invalid_value", $"'inputs' must hold one tensor of texts, not {inputs}. Pairs go as two columns: shape [N,2].", "inputs");
        }

        if (datatype != Datatype)
        {
            throw ServiceException.Invalid(
                "invalid_value", $"'inputs[0].datatype' must be {Datatype}: the model reads texts.", "inputs[0].datatype");
        }
    }

    /// <summary>The texts or pairs to classify.</summary>
    /// <exception cref="ServiceException">400 when the shape is none of the three, or does not agree with the data.</exception>
    public IReadOnlyList<TextInput> ToInputs()
    {
        var columns = Shape.Count == 1 ? 1 : Shape.Count == 2 ? Shape[1] : 0;
        if (columns is not (1 or 2) || Shape[0] < 0)
        {
            throw ServiceException.Invalid(
                "invalid_value", $"'inputs[0].shape' is [{string.Join(",", Shape)}]; it must be [N] or [N,1] for N texts, or [N,2] for N pairs.", "inputs[0].shape");
        }

        var (rows, rest) = Math.DivRem(Texts.Count, (int)columns);
        if (rest != 0 || rows != Shape[0])
        {
            throw ServiceException.Invalid(
                "invalid_value", $"'inputs[0].shape' is [{string.Join(",", Shape)}], but the data has {Texts.Count} elements.", "inputs[0].shape");
        }

        return columns == 1
            ? [.. Texts.Select(text => new TextInput(text))]
            : [.. Texts.Chunk(2).Select(pair => new TextInput(pair[0], pair[1]))];
    }
}
