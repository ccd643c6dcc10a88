using System.Buffers.Binary;
using System.Text;
using TorchSharp;

namespace FeedbackService.Model.Tests.Inference;

public sealed class TorchShimTests
{
    [Fact]
    public void Shim_AsksForTheNewestSymbolVersionWeakly()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only the Linux shim is an ELF file");
        var shim = Directory.EnumerateFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories).First();

        var needs = VersionNeeds(File.ReadAllBytes(shim));

        Assert.Equal(2, Assert.Single(needs, need => need.Name == "GLIBCXX_3.4.32").Flags);
        Assert.Contains(needs, need => need.Flags == 0);
    }

    [Fact]
    public void Tensors_Compute()
    {
        using var scope = torch.NewDisposeScope();

        Assert.Equal(6, (torch.ones(2, 3) * torch.ones(3)).sum().item<float>());
    }

    /// <summary>All entries of .gnu.version_r (ELF64, little endian): name and flags of each version the library needs.</summary>
    private static List<(string Name, int Flags)> VersionNeeds(byte[] elf)
    {
        const uint VersionNeedSection = 0x6ffffffe;
        var needs = new List<(string, int)>();
        var (table, size, count) = ((int)U64(0x28), U16(0x3A), U16(0x3C));
        for (var section = table; section < table + (size * count); section += size)
        {
            if (U32(section + 4) != VersionNeedSection)
            {
                continue;
            }

            var strings = (int)U64(table + ((int)U32(section + 0x28) * size) + 0x18);
            var need = (int)U64(section + 0x18);
            for (var left = U32(section + 0x2C); left > 0; left--, need += (int)U32(need + 12))
            {
                var entry = need + (int)U32(need + 8);
                for (var entries = U16(need + 2); entries > 0; entries--, entry += (int)U32(entry + 12))
                {
                    var start = strings + (int)U32(entry + 8);
                    var name = Encoding.ASCII.GetString(elf.AsSpan(start, elf.AsSpan(start).IndexOf((byte)0)));
                    needs.Add((name, U16(entry + 4)));
                }
            }
        }

        return needs;

        int U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(at));
        uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(elf.AsSpan(at));
        ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(at));
    }
}
