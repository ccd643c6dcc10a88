namespace FeedbackService.Api.Storage.Entities;

/// <summary>A row that says whose request made it. Stamped when it is saved in the course of a request; work in the background says it itself.</summary>
public interface ICreatedByKey
{
    /// <summary>API key that made it; null on an open service.</summary>
    string? CreatedByKeyId { get; set; }
}
