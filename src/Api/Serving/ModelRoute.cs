namespace FeedbackService.Api.Serving;

/// <summary>
/// What one model address means to requests of this process. Its meaning is exchanged in one step; changes of the registry are counted,
/// and each meaning knows up to which of them it holds, so that a slow look never takes back what a later one has found.
/// </summary>
/// <param name="address">As requests spell it.</param>
/// <param name="model">What it means.</param>
/// <param name="change">Newest change that was known before the registry was asked.</param>
internal sealed class ModelRoute(string address, ServableModel model, long change)
{
    private readonly Lock _gate = new();
    private volatile ServableModel _model = model;
    private (ServableModel Model, long Change) _wanted = (model, change);
    private long _confirmed = change;
    private long _askedAt;
    private long _begun = change;
    private bool _waiting;
    private Task _refresh = Task.CompletedTask;

    /// <summary>As requests spell it.</summary>
    public string Address { get; } = address;

    /// <summary>The part of the address that names the registered model, or the job of a checkpoint.</summary>
    public string Name { get; } = address.Split(':', '@')[0];

    /// <summary>What it means to a request that comes now.</summary>
    public ServableModel Model => _model;

    /// <summary>Newest change that the meaning takes into account.</summary>
    public long Confirmed => Volatile.Read(ref _confirmed);

    /// <summary>When a request last asked for it, as a timestamp of the clock.</summary>
    public long AskedAt
    {
        get => Volatile.Read(ref _askedAt);
        set => Volatile.Write(ref _askedAt, value);
    }

    /// <summary>Timestamp before which what has failed is not tried again.</summary>
    public long NotBefore { get; set; }

    /// <summary>The look that takes the newest change into account: the one that runs or has run, else a new one.</summary>
    /// <param name="newest">Newest change known.</param>
    /// <param name="again">Whether one that has run and failed is repeated.</param>
    /// <param name="start">Begins one.</param>
    public Task Refresh(long newest, bool again, Func<Task> start)
    {
        lock (_gate)
        {
            // One that has not asked the registry yet will see whatever has changed until it does.
            if (!_waiting && (_begun < newest || (again && _refresh.IsCompleted)))
            {
                _waiting = true;
                _refresh = start();
            }
            return _refresh;
        }
    }

    /// <summary>Notes that the registry is about to be asked; later changes need another look.</summary>
    /// <param name="newest">Newest change known.</param>
    public long BeginAsking(long newest)
    {
        lock (_gate)
        {
            _waiting = false;
            return _begun = newest;
        }
    }

    /// <summary>Notes what a look has found.</summary>
    /// <returns>Whether another model must be made ready; false when it is the one that answers, or a later look has found something else.</returns>
    public bool Want(ServableModel found, long change)
    {
        lock (_gate)
        {
            if (change < _wanted.Change)
            {
                return false;
            }
            _wanted = (found, change);
            if (found != _model)
            {
                return true;
            }
            _confirmed = Math.Max(_confirmed, change);
            return false;
        }
    }

    /// <summary>Whether no later look has found something else.</summary>
    public bool IsWanted(ServableModel found)
    {
        lock (_gate)
        {
            return _wanted.Model == found;
        }
    }

    /// <summary>Lets a model that is ready answer from now on, unless a later look has found another.</summary>
    /// <returns>Whether it does and did not before.</returns>
    public bool Exchange(ServableModel ready)
    {
        lock (_gate)
        {
            if (_wanted.Model != ready)
            {
                return false;
            }
            _confirmed = Math.Max(_confirmed, _wanted.Change);
            var exchanged = _model != ready;
            _model = ready;
            return exchanged;
        }
    }
}
