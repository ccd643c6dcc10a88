using System.Text;
using FeedbackService.Model.Configuration;

namespace FeedbackService.Testing.Hostile;

/// <summary><c>vocab.json</c> and <c>merges.txt</c> that do not go together, without <c>tokenizer.json</c>.</summary>
internal sealed class HostileMerges : IHostileSource
{
    private IReadOnlyDictionary<string, byte[]>? _files;

    public string Name => "vocab.json and merges.txt";

    public HostileInput Make(long number, Random random)
    {
        _files ??= SmallTokenizer.Files(HuggingFaceFamily.Gpt2);
        var files = new Dictionary<string, byte[]>(_files);
        files.Remove("tokenizer.json");
        if (random.Next(2) == 0)
        {
            files["vocab.json"] = JsonMutation.Of(SmallTokenizer.Json(_files, "vocab.json"), random);
        }
        else
        {
            string[] odd = ["", " ", "a", "a b c", "a  b", "zz zz", "ab ab", "\u0120 \u0120", new string('a', random.Next(1, 3000)) + " b", "#version: 9"];
            var lines = Encoding.UTF8.GetString(_files["merges.txt"]).Split('\n').ToList();
            lines.Insert(random.Next(lines.Count), odd[random.Next(odd.Length)]);
            var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
            files["merges.txt"] = random.Next(3) == 0 ? JsonMutation.Bytes(bytes, random) : bytes;
        }

        return new HostileInput(files, folder => SmallTokenizer.Read(folder, HuggingFaceFamily.Gpt2));
    }
}
