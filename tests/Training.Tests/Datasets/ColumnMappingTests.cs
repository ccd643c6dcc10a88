using FeedbackService.Training.Datasets;

namespace FeedbackService.Training.Tests.Datasets;

public sealed class ColumnMappingTests
{
    [Theory]
    [InlineData("text,label", "text", null, "label")]
    [InlineData("Label,TEXT", "TEXT", null, "Label")]
    [InlineData("id,sentence,category", "sentence", null, "category")]
    [InlineData("text,title,label,topic", "text", null, "label")]
    [InlineData("text,text_pair,labels", "text", "text_pair", "labels")]
    [InlineData("premise,hypothesis,label", "premise", "hypothesis", "label")]
    [InlineData("text,Text,label", "text", null, "label")]
    [InlineData("标题,类别", "标题", null, "类别")]
    [InlineData("text,id", "text", null, null)]
    public void Resolve_FindsUsualNames(string header, string text, string? pair, string? label)
    {
        ColumnMapping mapping = ColumnMapping.Resolve(header.Split(','), ColumnRequest.Automatic);

        Assert.Equal((text, pair, label), (mapping.TextColumn, mapping.TextPairColumn, mapping.LabelColumn));
    }

    [Fact]
    public void Resolve_PrefersWhatIsAskedFor()
    {
        var request = new ColumnRequest { TextColumn = "title", TextPairColumn = "BODY", LabelColumn = "topic" };

        ColumnMapping mapping = ColumnMapping.Resolve(["text", "title", "body", "label", "topic"], request);

        Assert.Equal(new ColumnMapping("title", "body", "topic", SplitsLabels: false), mapping);
    }

    [Theory]
    [InlineData("a,b", null, null, ColumnMappingException.NoTextColumn, "text_column")]
    [InlineData("title,content,label", null, null, ColumnMappingException.Ambiguous, "text_column")]
    [InlineData("text,topic,intent", null, null, ColumnMappingException.Ambiguous, "label_column")]
    [InlineData("text,label", "body", null, ColumnMappingException.ColumnMissing, "text_column")]
    [InlineData("text,label", null, "topic", ColumnMappingException.ColumnMissing, "label_column")]
    [InlineData("text,text,label", null, null, ColumnMappingException.Ambiguous, "text_column")]
    public void Resolve_SaysWhatIsUnclear(string header, string? text, string? label, string code, string parameter)
    {
        string[] columns = header.Split(',');

        var failure = Assert.Throws<ColumnMappingException>(
            () => ColumnMapping.Resolve(columns, new ColumnRequest { TextColumn = text, LabelColumn = label }));

        Assert.Equal((code, parameter), (failure.Code, failure.Parameter));
        Assert.All(columns, column => Assert.Contains(column, failure.Message, StringComparison.Ordinal));
        Assert.Contains(parameter, failure.Message, StringComparison.Ordinal);
    }
}
