using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FeedbackService.Api.OpenApi;

/// <summary>How the document opens: a walk through the service, and its groups in the order of that walk.</summary>
internal sealed class OpenApiIntroduction : IDocumentFilter
{
    /// <summary>Stands above the operations. The links open the operation they name.</summary>
    public const string Walk = """
        Fine-tunes text classifiers with prediction feedback and serves them. Files and jobs have the shapes of OpenAI's API, so its clients work.

        **From a file to answers without leaving this page.** What one step makes is filled into the forms of the next.

        1. [Upload a file](#/Files/UploadFile) of texts and labels: CSV with a header such as `text,label`, TSV, or JSON lines.
        2. [Read what was found in it](#/Files/GetFileValidation): every bad line, the labels, duplicates, contradictions.
        3. [Pick a preset](#/Presets/ListPresets); the first is the recommended one.
        4. [Start the training](#/Fine-tuning/CreateFineTuningJob). It is followed at the foot of the page.
        5. [Classify](#/Classify/Classify) with the new model.
        6. [Let an alias name the version](#/Registry/PutAlias) that others should get, and [take it back](#/Registry/RollbackAlias) when it disappoints.

        Where keys are asked for, [sign in](/signin) once for this browser, or press Authorize.
        """;

    private static readonly (string Name, string Description)[] Groups =
    [
        ("Files", "Texts and labels, and what is wrong with them"),
        ("Presets", "What can be trained, with every option"),
        ("Fine-tuning", "Trainings: start, follow, pause, cancel"),
        ("Classify", "Answers, at once or later"),
        ("Registry", "Models, versions, aliases, artifacts"),
        ("Evaluations", "How good a model is on a labelled file"),
        ("Batches", "Many texts at leisure"),
        ("Models", "What can be named as a model, as OpenAI lists it"),
        ("Hugging Face", "Text classification as Hugging Face's clients ask for it"),
        ("TEI", "The grammar of Text Embeddings Inference"),
        ("Open Inference", "The Open Inference Protocol over REST"),
        ("Keys", "Who may do what"),
    ];

    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        var used = context.ApiDescriptions.SelectMany(api => api.ActionDescriptor.EndpointMetadata.OfType<Microsoft.AspNetCore.Http.Metadata.ITagsMetadata>())
            .SelectMany(tags => tags.Tags).ToHashSet();
        swaggerDoc.Tags = Groups.Where(group => used.Contains(group.Name))
            .Select(group => new OpenApiTag { Name = group.Name, Description = group.Description }).ToHashSet();
    }
}
