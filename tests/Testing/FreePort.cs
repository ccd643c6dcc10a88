using System.Net;
using System.Net.Sockets;

namespace FeedbackService.Testing;

/// <summary>
/// Ports for servers that are stopped and started again. They are outside the range from which systems give connections their own port: while
/// such a server is down, a client that tries to reach it could otherwise be given the very port and connect to itself.
/// </summary>
public static class FreePort
{
    private const int First = 20000;
    private const int Last = 31999;

    // Test processes that run at the same time begin at different places.
    private static int _next = Environment.ProcessId % (Last - First);

    /// <summary>A port of this machine's own address that nobody listens on; one process is not given the same again soon.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % (Last - First + 1));
            if (IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
