using System.Text.Json.Serialization;

namespace FeedbackService.Model.Configuration;

/// <summary>Small weights beside an encoder whose own stay as they are. Each way derives its own record; the JSON member <c>type</c> names it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(LoraConfig), "lora")]
[JsonDerivedType(typeof(AdaLoraConfig), "adalora")]
[JsonDerivedType(typeof(HoulsbyConfig), "houlsby")]
[JsonDerivedType(typeof(PfeifferConfig), "pfeiffer")]
public abstract record AdapterConfig;
