using System.Collections;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Tests.Hosting;

public sealed class CommandLineTests
{
    [Fact]
    public void Options_AreReadWithSpaceOrEqualsSign()
    {
        var command = Parse(["--data-dir", "/a", "--role=worker", "--sample-on-first-start", "off"]);
        Assert.Equal("/a", command.Settings["FeedbackService:DataDir"]);
        Assert.Equal("worker", command.Settings["FeedbackService:Role"]);
        Assert.Equal("false", command.Settings["FeedbackService:SampleOnFirstStart"]);
    }

    [Fact]
    public void CommandLine_WinsOverEnvironment()
    {
        var environment = new Hashtable { ["FEEDBACKSERVICE_DATA_DIR"] = "/env", ["FEEDBACKSERVICE_DEVICE"] = "cpu" };
        var command = CommandLine.Parse(["--data-dir", "/line"], environment);
        Assert.Equal("/line", command.Settings["FeedbackService:DataDir"]);
        Assert.Equal("cpu", command.Settings["FeedbackService:Device"]);
    }

    [Theory]
    [InlineData("--data_dir", "Did you mean --data-dir?")]
    [InlineData("--port", "There is no option --port. Did you mean --urls http://127.0.0.1:PORT?")]
    [InlineData("serve", "'serve' is not an option.")]
    [InlineData("--data-dir", "--data-dir needs a value: DIR.")]
    [InlineData("--sample-on-first-start=maybe", "must be on or off")]
    public void WhatCannotBeRead_IsSaidInASentence(string argument, string said) =>
        Assert.Contains(said, Assert.Throws<StartException>(() => Parse([argument])).Message, StringComparison.Ordinal);

    [Fact]
    public void Help_NamesEveryOption()
    {
        Assert.True(Parse(["--help"]).WantsHelp);
        var help = CommandLine.Help();
        Assert.All(ServiceSettings.All, setting => Assert.Contains("--" + setting.Name, help, StringComparison.Ordinal));
    }

    [Fact]
    public void EverySetting_HasAProperty() => Assert.All(
        ServiceSettings.All.Where(setting => setting.Key.Contains(':', StringComparison.Ordinal)),
        setting => Assert.NotNull(typeof(ServiceOptions).GetProperty(setting.Key.Split(':')[1])));

    private static CommandLine Parse(string[] args) => CommandLine.Parse(args, new Hashtable());
}
