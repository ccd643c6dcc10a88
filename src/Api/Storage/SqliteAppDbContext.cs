using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Storage;

/// <summary>The tables on SQLite, for a service on one machine.</summary>
public sealed class SqliteAppDbContext(DbContextOptions<SqliteAppDbContext> options) : AppDbContext(options);
