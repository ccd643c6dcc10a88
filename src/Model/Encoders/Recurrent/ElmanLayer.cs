using FeedbackService.Model.Configuration;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Recurrent;

/// <summary>A layer of Elman's network, on packed rows ordered by time.</summary>
internal sealed class ElmanLayer : RecurrentLayer
{
    [ComponentName(Name = "forwards")]
    private readonly ElmanDirection _forwards;

    [ComponentName(Name = "backwards")]
    private readonly ElmanDirection? _backwards;

    public ElmanLayer(RnnEncoderConfig config, AdapterConfig? adapter = null)
        : base(nameof(ElmanLayer))
    {
        var width = config.Bidirectional ? config.HiddenSize / 2 : config.HiddenSize;
        _forwards = new ElmanDirection(config.HiddenSize, width, config.Activation, backwards: false, adapter);
        _backwards = config.Bidirectional ? new ElmanDirection(config.HiddenSize, width, config.Activation, backwards: true, adapter) : null;
        RegisterComponents();
    }

    public override TokenBatch Run(TokenBatch states)
    {
        using var scope = NewDisposeScope();
        var order = states.Layout.ByTime;
        var rows = states.Rows.index_select(0, order.Gather); // [N, H]
        var found = _forwards.Run(rows, order);
        if (_backwards is not null)
        {
            found = cat([found, _backwards.Run(rows, order)], 1);
        }

        return states.With(found.index_select(0, order.Scatter).MoveToOuterDisposeScope());
    }
}
