using System.ClientModel;
using OpenAI.Files;

namespace FeedbackService.Clients.Tests.OpenAi;

public sealed class FileTests(RunningService service)
{
    private readonly OpenAiClients _openAi = new(service);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upload_IsProcessed_AndCanBeReadBack()
    {
        var file = await _openAi.UploadAsync();
        Assert.Equal(("train.csv", FilePurpose.FineTune), (file.Filename, file.Purpose));
        Assert.Equal(OpenAiClients.Texts().Length, file.SizeInBytesLong);
#pragma warning disable CS0618 // The status is marked as deprecated and read by everybody.
        Assert.Equal(FileStatus.Processed, file.Status);
#pragma warning restore CS0618
        var again = await _openAi.Files.GetFileAsync(file.Id, Cancel);
        Assert.Equal((file.Id, file.CreatedAt), (again.Value.Id, again.Value.CreatedAt));
        Assert.Equal(OpenAiClients.Texts(), (await _openAi.Files.DownloadFileAsync(file.Id, Cancel)).Value.ToString());
    }

    [Fact]
    public async Task Files_AreListedByPurpose()
    {
        var training = await _openAi.UploadAsync();
        var evaluation = await _openAi.UploadAsync(purpose: FileUploadPurpose.Evaluations);
        var all = (await _openAi.Files.GetFilesAsync(Cancel)).Value.Select(file => file.Id).ToList();
        Assert.Contains(training.Id, all);
        Assert.Contains(evaluation.Id, all);
        Assert.Contains(training.Id, (await _openAi.Files.GetFilesAsync(FilePurpose.FineTune, Cancel)).Value.Select(file => file.Id));
        Assert.DoesNotContain(evaluation.Id, (await _openAi.Files.GetFilesAsync(FilePurpose.FineTune, Cancel)).Value.Select(file => file.Id));
    }

    [Fact]
    public async Task Delete_RemovesTheFile()
    {
        var file = await _openAi.UploadAsync();
        var deleted = (await _openAi.Files.DeleteFileAsync(file.Id, Cancel)).Value;
        Assert.Equal((file.Id, true), (deleted.FileId, deleted.Deleted));
        var error = await Assert.ThrowsAsync<ClientResultException>(() => _openAi.Files.GetFileAsync(file.Id, Cancel));
        Assert.Equal(404, error.Status);
        Assert.Contains("file_not_found", error.Message, StringComparison.Ordinal);
        Assert.Contains(file.Id, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_OfAFileThatIsNoDataSet_SaysWhatIsWrong()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => _openAi.UploadAsync(""));
        Assert.Equal(400, error.Status);
        Assert.Contains("file", error.Message, StringComparison.Ordinal);
    }
}
