using System.Text;

namespace FeedbackService.Api.Hosting;

/// <summary>What a person sees once the service listens: where, who may use it, and what to try next.</summary>
internal static class Banner
{
    /// <summary>The whole of it.</summary>
    public static string Text(Greeting greeting, ServiceOptions options)
    {
        var first = Reachable(greeting.Addresses[0]);
        var text = new StringBuilder()
            .AppendLine()
            .AppendLine($"FeedbackService listens on {string.Join(", ", greeting.Addresses)}")
            .AppendLine($"  try it in a browser   {first}/swagger")
            .AppendLine($"  queue of jobs         {first}/hangfire")
            .AppendLine($"  data                  {options.DataDir}")
            .AppendLine(greeting.AsksForKeys
                ? $"  keys                  asked for; in a browser sign in at {first}/signin"
                : "  keys                  none: open to everybody on this machine, closed to all others");
        if (options.GrpcPort is { } port)
        {
            text.AppendLine($"  gRPC                  port {port}, the Open Inference Protocol");
        }

        if (greeting.FirstKey is not null)
        {
            text.Append(FirstKey(greeting));
        }

        text.AppendLine();
        var header = greeting.AsksForKeys ? " -H \"authorization: Bearer $KEY\"" : string.Empty;
        if (greeting.TrainsSample)
        {
            text.AppendLine("A sample classifier of support tickets is being trained, which takes some seconds. Then:")
                .AppendLine($"  curl {first}/v1/classify{header} -H 'content-type: application/json' -d '{{\"model\":\"support-tickets\",\"input\":\"Where is my refund?\"}}'");
        }
        else
        {
            text.AppendLine("Next, upload texts with labels:")
                .AppendLine($"  curl {first}/v1/files{header} -F purpose=fine-tune -F file=@train.csv");
        }

        return text.ToString();
    }

    /// <summary>The part that must be shown even to those who want no banner.</summary>
    public static string FirstKey(Greeting greeting) => new StringBuilder()
        .AppendLine()
        .AppendLine("Others can reach this service, so it asks for keys. This admin key was made for it and is shown this once:")
        .AppendLine()
        .AppendLine($"  {greeting.FirstKey}")
        .AppendLine()
        .AppendLine("Keep it. It makes others, with fewer scopes: POST /v1/keys. If it is lost: `keys create` on the command line.")
        .ToString();

    private static string Reachable(string address) => address
        .Replace("://[::]", "://localhost", StringComparison.Ordinal)
        .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal)
        .Replace("://*", "://localhost", StringComparison.Ordinal)
        .Replace("://+", "://localhost", StringComparison.Ordinal)
        .TrimEnd('/');
}
