namespace FeedbackService.Api.Security;

/// <summary>What a route table says of who may use its routes. What a route says wins over what its group says.</summary>
internal static class AccessRules
{
    /// <summary>The caller's key must have this scope, or <see cref="Scopes.Admin"/>.</summary>
    /// <param name="routes">A route or a group.</param>
    /// <param name="scope">One of <see cref="Scopes"/>.</param>
    public static TBuilder NeedsScope<TBuilder>(this TBuilder routes, string scope)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new AccessRule(scope));

    /// <summary>Anyone may, without a key: nothing there tells of models, texts or callers.</summary>
    /// <param name="routes">A route or a group.</param>
    public static TBuilder OpenToAnyone<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new AccessRule(null));

    /// <summary>Whether a request only looks at something that is open to anyone.</summary>
    public static bool LetsAnyoneLook(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) && context.GetEndpoint()?.Metadata.GetMetadata<AccessRule>() is { Scope: null };
}
