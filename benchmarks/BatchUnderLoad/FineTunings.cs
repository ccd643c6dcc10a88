namespace FeedbackService.BatchUnderLoad;

/// <summary>Keeps one fine-tuning running until it is told to stop: when one ends, the next begins.</summary>
/// <param name="service">Where.</param>
/// <param name="file">Id of the labelled file.</param>
internal sealed class FineTunings(Service service, string file) : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, int> _ends = [];
    private Task _work = Task.CompletedTask;

    /// <summary>Begins, and returns when the first one runs.</summary>
    public async Task StartAsync()
    {
        _work = Task.Run(KeepAsync);
        await Task.WhenAny(_running.Task, _work);
    }

    /// <summary>Cancels the one that runs.</summary>
    /// <returns>How the others ended.</returns>
    public async Task<string> StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
        return string.Join(", ", _ends.Select(end => $"{end.Value} {end.Key}"));
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task KeepAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var job = await service.CreateAsync(
                "/v1/fine_tuning/jobs",
                new { model = "mlp", training_file = file, suffix = "under-load", method = new { type = "supervised", supervised = new { hyperparameters = new { n_epochs = 50, early_stopping_patience = 0 } } } });
            var status = "queued";
            while (status is "queued" or "running" or "validating_files")
            {
                await Task.Delay(LookEvery);
                if (_stop.IsCancellationRequested)
                {
                    await service.CancelAsync($"/v1/fine_tuning/jobs/{job}");
                }

                status = await service.StatusAsync($"/v1/fine_tuning/jobs/{job}");
                if (status == "running")
                {
                    _running.TrySetResult();
                }
            }

            _ends[status] = _ends.GetValueOrDefault(status) + 1;
        }
    }
}
