using System.Net;
using System.Text;

namespace FeedbackService.Api.Hosting;

/// <summary>What a person sees once the service listens: where, and what to try next.</summary>
internal static class Banner
{
    public static string Text(IReadOnlyList<string> addresses, ServiceOptions options)
    {
        var first = Reachable(addresses[0]);
        var text = new StringBuilder()
            .AppendLine()
            .AppendLine($"FeedbackService listens on {string.Join(", ", addresses)}")
            .AppendLine($"  try it in a browser   {first}/swagger")
            .AppendLine($"  queue of jobs         {first}/hangfire")
            .AppendLine($"  data                  {options.DataDir}")
            .AppendLine();
        if (options.SampleOnFirstStart)
        {
            text.AppendLine("At the first start a sample classifier of support tickets is trained, which takes a minute or two. Then:")
                .AppendLine($"  curl {first}/v1/classify -H 'content-type: application/json' -d '{{\"model\":\"support-tickets\",\"input\":\"Where is my refund?\"}}'");
        }
        else
        {
            text.AppendLine("Next, upload texts with labels:")
                .AppendLine($"  curl {first}/v1/files -F purpose=fine-tune -F file=@train.csv");
        }

        if (!addresses.All(IsLoopback))
        {
            text.AppendLine()
                .AppendLine("WARNING: no keys are configured, so everybody who reaches these addresses may use the service.");
        }

        return text.ToString();
    }

    private static string Reachable(string address) => address
        .Replace("://[::]", "://localhost", StringComparison.Ordinal)
        .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal)
        .Replace("://*", "://localhost", StringComparison.Ordinal)
        .Replace("://+", "://localhost", StringComparison.Ordinal)
        .TrimEnd('/');

    private static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host.Trim('[', ']');
        return host == "localhost" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }
}
