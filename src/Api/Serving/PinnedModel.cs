namespace FeedbackService.Api.Serving;

/// <summary>One address of <c>Serving:Pinned</c> and what is held for it. Used by one caller at a time.</summary>
internal sealed class PinnedModel(string address) : IDisposable
{
    private ModelLease? _lease;

    /// <summary>As in the settings.</summary>
    public string Address { get; } = address;

    /// <summary>What is held; null: nothing.</summary>
    public ServableModel? Model { get; private set; }

    /// <summary>Why it is not as it should be; null: it is. So that a reason is logged once.</summary>
    public string? Fault { get; set; }

    /// <summary>Timestamp before which what has failed is not tried again.</summary>
    public long NotBefore { get; set; }

    /// <summary>Holds a model and lets go of the one held before.</summary>
    public void Hold(ServableModel model, ModelLease lease)
    {
        var before = _lease;
        (Model, _lease) = (model, lease);
        before?.Dispose();
    }

    /// <summary>Lets go of what is held.</summary>
    public void Dispose()
    {
        _lease?.Dispose();
        (Model, _lease) = (null, null);
    }
}
