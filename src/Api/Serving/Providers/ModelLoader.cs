using FeedbackService.Api.Errors;
using FeedbackService.Api.Serving.Onnx;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Numerics;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Api.Serving.Providers;

/// <summary>Brings models into memory, each with the library that shall compute it, and TorchSharp with the threads it shall compute it on.</summary>
/// <param name="options">Which library, and in what precision.</param>
/// <param name="device">Where models are computed.</param>
/// <param name="bases">Bases of adapters.</param>
/// <param name="logger">Told what was chosen.</param>
/// <param name="measure">Finds out on how many threads TorchSharp computes a model fastest, on a CPU; null (default) to compute all rounds on all threads.</param>
/// <param name="race">How many times as long the second backend takes as the first; null (default) for <see cref="ProviderRace"/>.</param>
internal sealed partial class ModelLoader(
    IOptions<ServingOptions> options,
    Device device,
    SharedBases bases,
    ILogger<ModelLoader> logger,
    Func<TorchBackend, ThreadPlan>? measure = null,
    Func<IClassifierBackend, IClassifierBackend, double>? race = null)
{
    /// <summary>Code of the refusal of a provider that was asked for and cannot compute the model.</summary>
    public const string NotPossible = "provider_not_possible";

    // Where TorchSharp takes so many times as long on all threads, it would not win on fewer, and the time to find these out is spared.
    private const double ClearLead = 1.25;

    private const ArtifactVerification Verification = ArtifactVerification.Hashes;

    /// <summary>What a model is to be computed by: what it says itself, else what the settings say of its name, else of all.</summary>
    public ServingProvider ProviderOf(ServableModel model) => model.Provider
        ?? (options.Value.Providers.TryGetValue(model.Address.Split(':')[0], out var ofName) ? ofName : options.Value.Provider);

    /// <summary>Verifies and loads a model. All hashes are looked at, not only sizes: a flipped byte must not become a wrong answer.</summary>
    /// <exception cref="InvalidArtifactException">Files of it cannot be used.</exception>
    /// <exception cref="ServiceException">422 <see cref="NotPossible"/>: the model itself, and not a setting, asks for a provider that cannot compute it.</exception>
    public LoadedModel Load(ServableModel model)
    {
        // The calling thread may be new, and a model may be computing on few threads just now.
        TorchRuntime.RestoreThreads();
        var wanted = ProviderOf(model);
        if (model.Base is not null)
        {
            RefuseOrWarn(model, wanted, "it is an adapter, and those share their base in TorchSharp");
            var (adapted, threads, giveBack) = bases.Load(model, Measure);
            Log(model, threads);
            return new LoadedModel(adapted, ServingProvider.Torch, giveBack);
        }

        var loaded = LoadedClassifier.Open(model.Directory, Verification, model.ManifestSha256);
        try
        {
            var (backend, provider) = Choose(model, loaded.Classifier, wanted);
            Log(model, (backend as TorchBackend)?.Threads);
            return new LoadedModel(new Predictor(loaded.Tokenizer, backend, loaded.Calibration), provider, null);
        }
        catch
        {
            loaded.Classifier.Dispose();
            throw;
        }
    }

    private (IClassifierBackend Backend, ServingProvider Provider) Choose(ServableModel model, TextClassifier classifier, ServingProvider wanted)
    {
        if (wanted == ServingProvider.Torch)
        {
            return (Torch(classifier), ServingProvider.Torch);
        }

        if (WhyNotOnnx(classifier) is { } reason)
        {
            RefuseOrWarn(model, wanted, reason);
            return (Torch(classifier), ServingProvider.Torch);
        }

        OnnxBackend onnx;
        try
        {
            onnx = new OnnxBackend(classifier, wanted == ServingProvider.OnnxInt8, get_num_threads());
        }
        catch (Exception refused) when (refused is NotExportableException or OnnxRuntimeException)
        {
            RefuseOrWarn(model, wanted, refused.Message);
            return (Torch(classifier), ServingProvider.Torch);
        }
        catch (Exception missing) when (missing is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            LogMissing(logger, missing, model.Address);
            RefuseOrWarn(model, wanted, "its native library does not load here");
            return (Torch(classifier), ServingProvider.Torch);
        }

        if (wanted != ServingProvider.Auto)
        {
            classifier.Dispose();
            return (onnx, wanted);
        }

        try
        {
            return Faster(model, onnx, new TorchBackend(classifier, device, options.Value.Precision));
        }
        catch
        {
            onnx.Dispose();
            throw;
        }
    }

    // Frees the loser.
    private (IClassifierBackend Backend, ServingProvider Provider) Faster(ServableModel model, OnnxBackend onnx, TorchBackend torch)
    {
        var ratio = Race(onnx, torch);
        if (ratio < ClearLead && Measure(torch) is { } threads)
        {
            torch.Threads = threads;
            ratio = Race(onnx, torch);
        }

        LogRaced(logger, model.Address, ratio);
        if (ratio > 1)
        {
            torch.Dispose();
            return (onnx, ServingProvider.Onnx);
        }

        onnx.Dispose();
        return (torch, ServingProvider.Torch);
    }

    private double Race(IClassifierBackend onnx, IClassifierBackend torch) => race is null ? ProviderRace.Ratio(onnx, torch) : race(onnx, torch);

    private TorchBackend Torch(TextClassifier classifier)
    {
        var torch = new TorchBackend(classifier, device, options.Value.Precision);
        torch.Threads = Measure(torch);
        return torch;
    }

    private ThreadPlan? Measure(TorchBackend torch) => device.type == DeviceType.CPU ? measure?.Invoke(torch) : null;

    private void Log(ServableModel model, ThreadPlan? threads)
    {
        if (threads is not null)
        {
            LogThreads(logger, model.Address, threads);
        }
    }

    private string? WhyNotOnnx(TextClassifier classifier) =>
        device.type != DeviceType.CPU ? $"this process computes on {device}"
        : options.Value.Precision != ComputePrecision.Float32 ? $"this process computes in {options.Value.Precision}"
        : classifier.Config.Encoder is BifnnEncoderConfig ? "a graph cannot say how well bifnn solved its equation"
        : null;

    // Settings are wishes, for models of all kinds; who asks for one model by one library would be told figures of another.
    private void RefuseOrWarn(ServableModel model, ServingProvider wanted, string reason)
    {
        if (wanted is not (ServingProvider.Onnx or ServingProvider.OnnxInt8))
        {
            return;
        }

        if (model.Provider == wanted)
        {
            throw ServiceException.Unusable(NotPossible, $"'{model.Address}' cannot be computed by ONNX Runtime: {reason.TrimEnd('.')}. Leave the provider out, or take torch.", "provider");
        }

        LogUnheard(logger, model.Address, wanted, reason);
    }

    [LoggerMessage(LogLevel.Information, "{Model} computes {Threads}")]
    private static partial void LogThreads(ILogger logger, string model, ThreadPlan threads);

    [LoggerMessage(LogLevel.Information, "{Model} takes TorchSharp {Ratio:F2} times as long as ONNX Runtime")]
    private static partial void LogRaced(ILogger logger, string model, double ratio);

    [LoggerMessage(LogLevel.Warning, "{Model} is computed by TorchSharp, because ONNX Runtime's native library does not load here; Serving:Provider=Torch says so from the start")]
    private static partial void LogMissing(ILogger logger, Exception exception, string model);

    [LoggerMessage(LogLevel.Warning, "{Model} is computed by TorchSharp and not by {Wanted}: {Reason}")]
    private static partial void LogUnheard(ILogger logger, string model, ServingProvider wanted, string reason);
}
