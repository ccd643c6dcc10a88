using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Files;

/// <summary>Enters the row of a file whose content is kept, in a transaction of the caller that fences it. Done twice, it makes nothing twice.</summary>
/// <param name="db">Context with an open transaction.</param>
/// <param name="now">UTC microseconds.</param>
/// <param name="cancellationToken">Stops the statements.</param>
internal delegate Task FileEntry(AppDbContext db, long now, CancellationToken cancellationToken);
