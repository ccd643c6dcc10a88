using FeedbackService.Api.Errors;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace FeedbackService.Api.Features.OpenInference.Rpc;

/// <summary>Translates between the messages of the protocol and what all its forms share.</summary>
internal static class RpcTensors
{
    /// <summary>What a request asks.</summary>
    /// <exception cref="ServiceException">400 for what cannot be read.</exception>
    public static TextInference Read(ModelInferRequest request)
    {
        TextTensor.Require(request.Inputs.Count, request.Inputs.FirstOrDefault()?.Datatype);
        var input = request.Inputs[0];
        var contents = input.Contents?.BytesContents ?? [];
        if (request.RawInputContents.Count > 1 || (request.RawInputContents.Count == 1 && contents.Count > 0))
        {
            throw ServiceException.Invalid("invalid_value", "'raw_input_contents' must hold one element per input, and then no input has contents.", "raw_input_contents");
        }

        var texts = request.RawInputContents.Count == 1
            ? RawTensors.ReadTexts(request.RawInputContents[0].Span)
            : [.. contents.Select(text => RawTensors.ReadText(text.Span))];
        return new TextInference(
            TextInference.AddressOf(request.ModelName, request.ModelVersion),
            new TextTensor(input.Shape, texts),
            [.. request.Outputs.Select((output, index) => new RequestedOutput(
                output.Name, Parameters(output.Parameters, $"outputs[{index}].parameters").Count("classification", least: 1)))],
            Parameters(request.Parameters, "parameters"));
    }

    /// <summary>The answer, in raw bytes when the request came in them.</summary>
    public static ModelInferResponse Write(ModelInferRequest request, InferenceResult result)
    {
        var isRaw = request.RawInputContents.Count > 0;
        var response = new ModelInferResponse { ModelName = result.ModelName, ModelVersion = result.ModelVersion, Id = request.Id };
        foreach (var output in result.Outputs)
        {
            response.Outputs.Add(new ModelInferResponse.Types.InferOutputTensor
            {
                Name = output.Name,
                Datatype = output.Datatype,
                Shape = { output.Shape },
                Contents = isRaw ? null : Contents(output),
            });
            if (isRaw)
            {
                response.RawOutputContents.Add(UnsafeByteOperations.UnsafeWrap(RawTensors.Write(output)));
            }
        }

        return response;
    }

    /// <summary>A tensor's metadata as a message.</summary>
    public static ModelMetadataResponse.Types.TensorMetadata Write(TensorMetadata tensor) =>
        new() { Name = tensor.Name, Datatype = tensor.Datatype, Shape = { tensor.Shape } };

    private static InferTensorContents Contents(OutputTensor output) => output.Numbers is { } numbers
        ? new InferTensorContents { Fp32Contents = { numbers } }
        : new InferTensorContents { BytesContents = { output.Texts!.Select(ByteString.CopyFromUtf8) } };

    private static InferenceParameters Parameters(MapField<string, InferParameter> parameters, string place)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, parameter) in parameters)
        {
            object? value = parameter.ParameterChoiceCase switch
            {
                InferParameter.ParameterChoiceOneofCase.BoolParam => parameter.BoolParam,
                InferParameter.ParameterChoiceOneofCase.Int64Param => parameter.Int64Param,
                InferParameter.ParameterChoiceOneofCase.Uint64Param => (long)Math.Min(parameter.Uint64Param, long.MaxValue),
                InferParameter.ParameterChoiceOneofCase.DoubleParam => parameter.DoubleParam,
                InferParameter.ParameterChoiceOneofCase.StringParam => parameter.StringParam,
                _ => null,
            };
            if (value is not null)
            {
                values[name] = value;
            }
        }

        return new InferenceParameters(values, place);
    }
}
