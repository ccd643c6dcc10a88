using FeedbackService.Model.Configuration;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.utils.rnn;

namespace FeedbackService.Model.Encoders.Recurrent;

/// <summary>A layer of LSTM or GRU cells, by libtorch's kernels for packed sequences.</summary>
internal sealed class GatedLayer : RecurrentLayer
{
    [ComponentName(Name = "lstm")]
    private readonly LSTM? _lstm;

    [ComponentName(Name = "gru")]
    private readonly GRU? _gru;

    public GatedLayer(DirectedEncoderConfig config)
        : base(nameof(GatedLayer))
    {
        var width = config.Bidirectional ? config.HiddenSize / 2 : config.HiddenSize;
        if (config is LstmEncoderConfig)
        {
            _lstm = nn.LSTM(config.HiddenSize, width, batchFirst: true, bidirectional: config.Bidirectional);
            OpenForgetGates(_lstm, width);
        }
        else
        {
            _gru = nn.GRU(config.HiddenSize, width, batchFirst: true, bidirectional: config.Bidirectional);
        }

        RegisterComponents();
    }

    public override TokenBatch Run(TokenBatch states)
    {
        using var scope = NewDisposeScope();
        using var lengths = tensor(states.Layout.Lengths.Select(length => (long)length).ToArray());
        using var packed = pack_padded_sequence(states.ToPadded(), lengths, batch_first: true, enforce_sorted: false);
        using var found = Call(packed);
        var (padded, _) = pad_packed_sequence(found, batch_first: true, padding_value: 0, total_length: states.Layout.MaxLength);
        var rows = TokenBatch.Unpad(padded, states.Layout);
        return states.With(rows.MoveToOuterDisposeScope());
    }

    private PackedSequence Call(PackedSequence packed) => _lstm is null ? _gru!.call(packed, null!).Item1 : _lstm.call(packed, null).Item1;

    // Both biases of libtorch are added: the one starts at 1 in the second quarter, where the forget gate is, the other at 0 (Jozefowicz et al. 2015).
    private static void OpenForgetGates(LSTM lstm, int width)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in lstm.named_parameters().Where(pair => pair.name.StartsWith("bias", StringComparison.Ordinal)))
        {
            nn.init.zeros_(parameter);
            if (name.StartsWith("bias_ih", StringComparison.Ordinal))
            {
                nn.init.ones_(parameter.narrow(0, width, width));
            }
        }
    }
}
