using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using TorchSharp;

namespace FeedbackService.Testing;

/// <summary>Finds tensor operators that eng/BannedSymbols.Tensors.txt bans; its analyzer overlooks <c>a += b</c> and its kin.</summary>
public static class TensorOperators
{
    /// <summary>Operators an assembly calls in which TorchSharp makes a scalar: sums, and anything with a number.</summary>
    public static IReadOnlyList<string> Unsafe(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        return
        [
            .. from handle in metadata.MemberReferences
               let name = metadata.GetString(metadata.GetMemberReference(handle).Name)
               where name.StartsWith("op_", StringComparison.Ordinal)
               let called = assembly.ManifestModule.ResolveMethod(MetadataTokens.GetToken(handle))!
               where IsUnsafe(called)
               select called.ToString(),
        ];
    }

    private static bool IsUnsafe(MethodBase called) =>
        called.DeclaringType == typeof(Scalar)
        || (called.DeclaringType == typeof(torch.Tensor)
            && (called.Name == "op_Addition" || called.GetParameters().Any(parameter => parameter.ParameterType.IsPrimitive)));
}
