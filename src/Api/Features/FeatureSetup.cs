using FeedbackService.Api.Errors;
using FeedbackService.Api.Features.Batches;
using FeedbackService.Api.Features.Classify;
using FeedbackService.Api.Features.Evaluations;
using FeedbackService.Api.Features.Files;
using FeedbackService.Api.Features.FineTuning;
using FeedbackService.Api.Features.Home;
using FeedbackService.Api.Features.HuggingFace;
using FeedbackService.Api.Features.Keys;
using FeedbackService.Api.Features.Models;
using FeedbackService.Api.Features.OpenInference;
using FeedbackService.Api.Features.OpenInference.Rpc;
using FeedbackService.Api.Features.Presets;
using FeedbackService.Api.Features.Registry;
using FeedbackService.Api.Features.SignIn;
using FeedbackService.Api.Features.Tei;
using FeedbackService.Api.Features.Workers;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Observability;

namespace FeedbackService.Api.Features;

/// <summary>The list of features: what their handlers need, and their routes.</summary>
internal static class FeatureSetup
{
    /// <summary>Adds what handlers need beyond the stores.</summary>
    public static void AddFeatures(this WebApplicationBuilder builder)
    {
        builder.Services.AddFineTuning();
        builder.Services.AddSingleton<EvaluationPredictions>();
        builder.Services.AddSingleton<ArtifactFiles>();
        builder.Services.AddSingleton<ExportedCheckpoints>();
        builder.Services.AddSingleton<OnnxGraphs>();
        builder.Services.AddSingleton<ImportVersion>();
        builder.Services.AddSingleton<MergeVersion>();
        builder.Services.AddRpc();
    }

    /// <summary>Maps every route under the check of request records, and the dashboard of queues; none of them in a process that only takes jobs.</summary>
    public static void MapFeatures(this WebApplication app, ServiceOptions options)
    {
        if (!options.AnswersRequests)
        {
            return;
        }

        app.MapJobDashboard();
        var routes = app.MapGroup(string.Empty).WithRequestValidation();
        routes.MapHome();
        routes.MapFiles();
        routes.MapFineTuning();
        routes.MapClassify();
        routes.MapEvaluations();
        routes.MapBatches();
        routes.MapPresets();
        routes.MapModels();
        routes.MapRegistry();
        routes.MapAliases();
        routes.MapGarbage();
        routes.MapHuggingFace();
        routes.MapTei();
        routes.MapOpenInference();
        routes.MapWorkers();
        routes.MapKeys();
        routes.MapSignIn();
        app.MapRpc();
    }
}
