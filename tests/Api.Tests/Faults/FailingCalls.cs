using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Tests.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FeedbackService.Api.Tests.Faults;

/// <summary>Counts calls to the database and the store, and lets one of them fail, before it does anything or after it has done all.</summary>
internal sealed class FailingCalls
{
    private int _calls;
    private int _failAt;
    private bool _after;

    /// <summary>Where the call failed; null: there were fewer.</summary>
    public string? Failed { get; private set; }

    /// <summary>Counts from the beginning again.</summary>
    /// <param name="failAt">The call that fails, from 1.</param>
    /// <param name="after">Whether it fails after it was done, as when an answer is lost.</param>
    public void Arm(int failAt, bool after)
    {
        (Failed, _after, _failAt) = (null, after, failAt);
        Volatile.Write(ref _calls, 0);
    }

    /// <summary>From now on all goes well.</summary>
    public void Disarm() => Arm(int.MaxValue, after: false);

    /// <summary>To be called before a call to the database.</summary>
    public void BeforeDatabase(string what) => Count(what, DatabaseFault);

    /// <summary>To be called after it.</summary>
    public void AfterDatabase(string what) => Meet(what, DatabaseFault);

    /// <summary>Makes a call to the store.</summary>
    public async Task<T> StoreAsync<T>(string what, Func<Task<T>> call)
    {
        Count(what, StoreFault);
        var result = await call();
        Meet(what, StoreFault);
        return result;
    }

    private void Count(string what, Func<Exception> fault)
    {
        if (Interlocked.Increment(ref _calls) == _failAt && !_after)
        {
            Failed = what;
            throw fault();
        }
    }

    private void Meet(string what, Func<Exception> fault)
    {
        if (Volatile.Read(ref _calls) == _failAt && _after && Failed is null)
        {
            Failed = what;
            throw fault();
        }
    }

    // What each database says when a disk or a connection lets it down in the middle of a call.
    private static Exception DatabaseFault() => TestProvider.IsPostgres
        ? new NpgsqlException("Exception while reading from stream", new IOException("Connection reset by peer"))
        : new SqliteException("SQLite Error 10: 'disk I/O error'.", 10);

    private static ContentStoreException StoreFault() => new("The store did not answer.");
}
