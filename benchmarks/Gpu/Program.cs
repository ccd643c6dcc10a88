using System.Globalization;
using System.Runtime.InteropServices;
using FeedbackService.Gpu;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Numerics;
using TorchSharp;

// Does a device compute what the CPU computes, and how fast? Models have random weights, texts are random ids; nothing is fetched.
//   dotnet run -c Release --project benchmarks/Gpu                                                       the CPU, at a small size, within a minute
//   dotnet run -c Release --project benchmarks/Gpu -p:TorchBackend=none -- --torch-native DIR --peak 989   a GPU, by the CUDA libtorch in DIR
// Exit code 1 when outputs differ by more than the precision explains.
if (Arguments.Parse(args) is not { } asked)
{
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

if (asked.TorchNative is not null)
{
    TorchRuntime.UseNativeDirectory(asked.TorchNative);
}

TorchRuntime.SetThreads(Environment.ProcessorCount);
var device = TorchRuntime.ParseDevice(asked.Device);
var isBase = asked.IsBase ?? device.type == DeviceType.CUDA;
var clock = new Clock(device, asked.Seconds);
Console.WriteLine($"libtorch {torch.__version__} on {device}, {Environment.ProcessorCount} threads, {RuntimeInformation.OSDescription}");
ComputePrecision[] precisions = TorchRuntime.Computes(device, ComputePrecision.Bfloat16) ? [ComputePrecision.Float32, ComputePrecision.Bfloat16] : [ComputePrecision.Float32];
if (precisions.Length == 1)
{
    Console.WriteLine("The device does not compute bfloat16; only float32 is looked at.");
}

var report = new Report(asked, precisions);
var agrees = report.Compare(device, isBase);
var product = report.MeasureProducts(device, clock);
report.MeasureInference(new Speed(device, clock), isBase, product);
report.MeasureTraining(new Speed(device, clock), isBase, product);
Console.WriteLine();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Outputs {(agrees ? "agree" : "DISAGREE")} with those of the CPU."));
return agrees ? 0 : 1;
