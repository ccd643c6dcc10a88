using System.Globalization;
using FeedbackService.Api.Serving;
using FeedbackService.Model.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Api.Features.Tei;

/// <summary>What a classification cost, in the headers of TEI; times in whole milliseconds.</summary>
internal static class ComputeHeaders
{
    /// <summary>Writes them.</summary>
    /// <param name="headers">Of an answer that has not started.</param>
    /// <param name="inputs">What was sent.</param>
    /// <param name="answers">What became of it.</param>
    /// <param name="device">Where models run.</param>
    /// <param name="total">Since the request was read.</param>
    public static void Write(IHeaderDictionary headers, IReadOnlyList<TextInput> inputs, ClassifiedTexts answers, Device device, TimeSpan total)
    {
        var (tokenization, queue, inference) = answers.Timing;
        headers["x-compute-type"] = device.type == DeviceType.CPU ? "cpu" : "gpu";
        headers["x-compute-time"] = Milliseconds(total);
        headers["x-compute-characters"] = Number(inputs.Sum(input => Characters(input.Text) + Characters(input.TextPair)));
        headers["x-compute-tokens"] = Number(answers.Items.Sum(item => (long)item.Reading.Length));
        headers["x-total-time"] = Milliseconds(total);
        headers["x-tokenization-time"] = Milliseconds(tokenization);
        headers["x-queue-time"] = Milliseconds(queue);
        headers["x-inference-time"] = Milliseconds(inference);
    }

    // Characters are Unicode scalar values there, not UTF-16 code units.
    private static long Characters(string? text) => text?.EnumerateRunes().LongCount() ?? 0;

    private static string Milliseconds(TimeSpan time) => Number((long)time.TotalMilliseconds);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
