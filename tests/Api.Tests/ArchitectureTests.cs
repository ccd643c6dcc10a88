using System.Reflection;
using FeedbackService.Api.Storage;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Options;

namespace FeedbackService.Api.Tests;

public sealed class ArchitectureTests
{
    private static readonly Assembly ModelAssembly = typeof(TextInput).Assembly;
    private static readonly Assembly TrainingAssembly = typeof(TrainingOptions).Assembly;
    private static readonly Assembly ApiAssembly = typeof(AppDbContext).Assembly;
    private static readonly string[] ServiceLibraries = ["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Hangfire", "Serilog", "Microsoft.ML.OnnxRuntime"];

    [Fact]
    public void Model_KnowsNeitherTrainingNorService() =>
        AssertNoReference(ModelAssembly, ["FeedbackService.Training", "FeedbackService.Api", .. ServiceLibraries]);

    [Fact]
    public void Training_KnowsNoService() =>
        AssertNoReference(TrainingAssembly, ["FeedbackService.Api", .. ServiceLibraries]);

    [Fact]
    public void Serving_KnowsNoWeb()
    {
        var offenders = from type in ApiAssembly.GetTypes()
                        where IsIn(type, "FeedbackService.Api.Serving")
                        from used in TypesInSignatures(type)
                        where used.Namespace?.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) == true
                        select $"{type} uses {used}";
        Assert.Empty(offenders);
    }

    [Fact]
    public void Features_UseNoOtherFeature()
    {
        var offenders = from type in ApiAssembly.GetTypes()
                        where FeatureOf(type) is not null
                        from used in TypesInSignatures(type)
                        where FeatureOf(used) is { } other && other != FeatureOf(type)
                        select $"{type} uses {used}";
        Assert.Empty(offenders);
    }

    // A feature may have folders inside.
    private static string? FeatureOf(Type type)
    {
        const string features = "FeedbackService.Api.Features.";
        return type.Namespace?.StartsWith(features, StringComparison.Ordinal) == true ? type.Namespace[features.Length..].Split('.')[0] : null;
    }

    private static void AssertNoReference(Assembly assembly, string[] forbidden)
    {
        var offenders = from reference in assembly.GetReferencedAssemblies()
                        where forbidden.Any(prefix => reference.Name!.StartsWith(prefix, StringComparison.Ordinal))
                        select reference.Name;
        Assert.Empty(offenders);
    }

    private static bool IsIn(Type type, string space) => type.Namespace == space || type.Namespace?.StartsWith(space + ".", StringComparison.Ordinal) == true;

    private static IEnumerable<Type> TypesInSignatures(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return type.GetFields(all).Select(field => field.FieldType)
            .Concat(type.GetMethods(all).SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType)))
            .Concat(type.GetMethods(all).SelectMany(method => method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? []))
            .Concat(type.GetConstructors(all).SelectMany(constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType)))
            .SelectMany(Unwrap);
    }

    private static IEnumerable<Type> Unwrap(Type type) =>
        type.HasElementType ? Unwrap(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Unwrap).Append(type.GetGenericTypeDefinition())
        : [type];
}
