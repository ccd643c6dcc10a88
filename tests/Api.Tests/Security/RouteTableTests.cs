using FeedbackService.Api.Security;

namespace FeedbackService.Api.Tests.Security;

/// <summary>Who may use a route is said in its route table, for every route.</summary>
public sealed class RouteTableTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public void EveryRoute_SaysWhoMayUseIt()
    {
        api.StartServer();
        var routes = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.NotEmpty(routes);
        Assert.All(routes, route => Assert.True(
            route.Metadata.GetMetadata<AccessRule>() is { } rule && (rule.Scope is null || Scopes.All.Contains(rule.Scope)),
            $"{route.DisplayName} says nothing of who may use it: NeedsScope(Scopes.…) or OpenToAnyone() on the route or its group."));
    }
}
