namespace FeedbackService.Api.Hosting;

/// <summary>The table of settings: help, command line and environment are read from it.</summary>
public static class ServiceSettings
{
    /// <summary>Where the service listens unless told otherwise.</summary>
    public const string DefaultUrls = "http://127.0.0.1:8080";

    /// <summary>All settings, in the order of the help.</summary>
    public static IReadOnlyList<ServiceSetting> All { get; } =
    [
        new("urls", WebHostDefaults.ServerUrlsKey, "URL[;URL]", $"Addresses to listen on. Default {DefaultUrls}"),
        Own(nameof(ServiceOptions.GrpcPort), "grpc-port", "PORT", "Also offer the Open Inference Protocol over gRPC, without TLS, on this port. Default off"),
        Own(nameof(ServiceOptions.DataDir), "data-dir", "DIR", $"Database, files and models. Default {DefaultDataFolder.Path}"),
        Own(nameof(ServiceOptions.Database), "database", "CONNECTION", "PostgreSQL that several processes share: 'Host=…;Database=…;Username=…;Password=…'. Default: SQLite in the data folder, for one process"),
        Own(nameof(ServiceOptions.DatabaseFile), "database-file", "FILE", "File with that connection string"),
        Own(nameof(ServiceOptions.Artifacts), "artifacts", "DIR|s3://BUCKET[/PREFIX]", "Where files and models are kept. Default: the data folder, which processes that share a database must share too"),
        Own(nameof(ServiceOptions.Role), "role", "all|api|worker", "What this process does. Default all"),
        Own(nameof(ServiceOptions.Device), "device", "auto|cpu|cuda:N", "Where tensors live. Default auto: a GPU if one works"),
        Own(nameof(ServiceOptions.TorchNative), "torch-native", "DIR", "Folder with libtorch to load, for a build that carries none (-p:TorchBackend=none)"),
        Own(nameof(ServiceOptions.ServingCores), "serving-cores", "N", "Cores that trainings leave to serving. Default 0"),
        Own(nameof(ServiceOptions.LogFile), "log-file", "FILE", "Write the log to this file as well, a new one each day"),
        Own(nameof(ServiceOptions.LogLevel), "log-level", "LEVEL", "debug, information, warning, error or critical. Default information"),
        Own(nameof(ServiceOptions.LogFormat), "log-format", "text|json", "How log lines look. Default text"),
        Own(nameof(ServiceOptions.AdminKey), "admin-key", "KEY", "A key that may do everything, 32 characters or more. Better given by FEEDBACKSERVICE_ADMIN_KEY"),
        Own(nameof(ServiceOptions.AdminKeyFile), "admin-key-file", "FILE", "File with that key"),
        Own(nameof(ServiceOptions.CorsOrigins), "cors-origins", "URL[;URL]", "Origins whose pages may call the service. Default none"),
        Own(nameof(ServiceOptions.HubUrl), "hub-url", "URL", "Where checkpoints are fetched from by repository. Default https://huggingface.co"),
        Own(nameof(ServiceOptions.HubToken), "hub-token", "TOKEN", "Token for repositories that are not public. Better given by FEEDBACKSERVICE_HUB_TOKEN"),
        Own(nameof(ServiceOptions.HubRedirects), "hub-redirects", "HOST[;HOST]", "Hosts that the hub may redirect to. Default *.huggingface.co;*.hf.co"),
        Own(nameof(ServiceOptions.MaxClassifyBytes), "max-classify-bytes", "N", "Largest body of a request that classifies. Default 33554432"),
        Own(nameof(ServiceOptions.MaxUploadBytes), "max-upload-bytes", "N", "Largest upload, and largest checkpoint that is fetched. Default 2147483648"),
        Own(nameof(ServiceOptions.SampleOnFirstStart), "sample-on-first-start", "on|off", "Fine-tune the bundled sample when there is no model yet. Default on", isSwitch: true),
    ];

    private static ServiceSetting Own(string property, string name, string value, string help, bool isSwitch = false) =>
        new(name, ServiceOptions.Section + ":" + property, value, help, isSwitch);
}
