namespace FeedbackService.Api.Serving.Requests;

/// <summary>Finds what a model address stands for right now.</summary>
public interface IModelResolver
{
    /// <summary>Resolves <c>name</c>, <c>name:3</c>, <c>name@alias</c> or <c>ftjob-…:step-n</c>.</summary>
    /// <exception cref="Errors.ServiceException">404 <c>model_not_found</c>; 422 <c>model_not_servable</c> for presets and bare encoders.</exception>
    Task<ServableModel> ResolveAsync(string address, CancellationToken cancellationToken);
}
