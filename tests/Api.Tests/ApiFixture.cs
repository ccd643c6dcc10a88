using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Api.Security;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests;

/// <summary>The whole service over real HTTP on a free port, with a data folder of its own.</summary>
public sealed class ApiFixture : WebApplicationFactory<Program>
{
    public const long MaxUploadBytes = 4 * 1024 * 1024;
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("feedbackservice-api-");

    public ApiFixture() => UseKestrel();

    /// <summary>By default there are no workers: jobs stay where a test puts them.</summary>
    public string Role { get; init; } = "api";

    /// <summary>A configured admin key, which makes the service ask for keys; null: it is open.</summary>
    public string? AdminKey { get; init; }

    /// <summary>More settings, as on the command line but without dashes.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Limits of requests; null: as usual.</summary>
    public Action<RateLimitOptions>? Limits { get; init; }

    /// <summary>Services on top of the host's own.</summary>
    public Action<IServiceCollection> MoreServices { get; init; } = _ => { };

    public string DataFolder => _data.FullName;

    public Uri Address
    {
        get
        {
            StartServer();
            // The client's own address would be the last one, which is gRPC's.
            return new Uri(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        }
    }

    /// <summary>A client that follows no redirects.</summary>
    public HttpClient NewClient() => new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Address };

    public static MultipartFormDataContent Form(string content, string fileName = "train.csv", string purpose = "fine-tune") =>
        Form(Encoding.UTF8.GetBytes(content), fileName, purpose);

    public static MultipartFormDataContent Form(byte[] content, string fileName = "train.csv", string purpose = "fine-tune")
    {
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new MultipartFormDataContent { { file, "file", fileName }, { new StringContent(purpose), "purpose" } };
    }

    /// <summary>Uploads and answers the file object.</summary>
    public static async Task<JsonObject> UploadAsync(HttpClient client, string content, string fileName = "train.csv", string purpose = "fine-tune")
    {
        using var form = Form(content, fileName, purpose);
        return await ReadAsync(await client.PostAsync("/v1/files", form, TestContext.Current.CancellationToken));
    }

    /// <summary>The body of a successful answer.</summary>
    /// <summary>Registers a model of a new name with versions whose files nothing loads, for routes that do not depend on tensors.</summary>
    public async Task<string> RegisterAsync(int versions)
    {
        _ = Address;
        var cancel = TestContext.Current.CancellationToken;
        var name = $"model-{Guid.NewGuid().ToString("N")[..8]}";
        var folder = Directory.CreateDirectory(Path.Combine(DataFolder, "blobs", name));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "config.json"), "{}", cancel);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "manifest.json"), "{}", cancel);
        await using var db = await Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancel);
        db.Models.Add(new ModelRow { Name = name, LastVersion = versions });
        for (var version = 1; version <= versions; version++)
        {
            db.ModelVersions.Add(new ModelVersionRow { ModelName = name, Version = version, ManifestSha256 = name, Directory = $"blobs/{name}" });
        }

        await db.SaveChangesAsync(cancel);
        return name;
    }

    public static async Task<JsonObject> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {body}");
        return JsonNode.Parse(body)!.AsObject();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("urls", "http://127.0.0.1:0");
        builder.UseSetting("data-dir", DataFolder);
        builder.UseSetting("role", Role);
        if (TestProvider.DatabaseOf(DataFolder) is { } database)
        {
            builder.UseSetting("database", database);
        }

        builder.UseSetting("sample-on-first-start", "off");
        builder.UseSetting("max-upload-bytes", MaxUploadBytes.ToString(System.Globalization.CultureInfo.InvariantCulture));
        builder.UseSetting("log-level", "critical");
        if (AdminKey is not null)
        {
            builder.UseSetting("admin-key", AdminKey);
        }

        if (Limits is not null)
        {
            builder.ConfigureServices(services => services.Configure(Limits));
        }

        foreach (var (name, value) in Settings)
        {
            builder.UseSetting(name, value);
        }

        // What a race finds is another thing from run to run; tests of providers say which they want.
        builder.ConfigureServices(services => services.Configure<ServingOptions>(serving => serving.Provider = ServingProvider.Torch));
        builder.ConfigureServices(MoreServices);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            DeleteData();
        }
    }

    // The last connection to the database may still be closing its files when the host has stopped.
    private void DeleteData() => Assert.True(SpinWait.SpinUntil(TryDeleteData, TimeSpan.FromSeconds(10)), $"{DataFolder} cannot be deleted.");

    private bool TryDeleteData()
    {
        try
        {
            _data.Delete(recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
