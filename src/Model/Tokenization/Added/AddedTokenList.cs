using System.Collections;
using System.Text.Json.Serialization;

namespace FeedbackService.Model.Tokenization.Added;

/// <summary>Added tokens of a tokenizer. Equal when the tokens are, so that configurations can be compared; the default is empty.</summary>
/// <param name="tokens">The tokens; copied. Null is empty.</param>
[JsonConverter(typeof(AddedTokenListConverter))]
public readonly struct AddedTokenList(IEnumerable<AddedToken>? tokens) : IReadOnlyList<AddedToken>, IEquatable<AddedTokenList>
{
    private readonly AddedToken[]? _tokens = tokens?.ToArray();

    /// <inheritdoc/>
    public int Count => _tokens?.Length ?? 0;

    /// <inheritdoc/>
    public AddedToken this[int index] => (_tokens ?? [])[index];

    /// <summary>Whether both hold equal tokens in the same order.</summary>
    public static bool operator ==(AddedTokenList left, AddedTokenList right) => left.Equals(right);

    /// <summary>Whether the lists differ.</summary>
    public static bool operator !=(AddedTokenList left, AddedTokenList right) => !left.Equals(right);

    /// <inheritdoc/>
    public IEnumerator<AddedToken> GetEnumerator() => ((IEnumerable<AddedToken>)(_tokens ?? [])).GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(AddedTokenList other) => (_tokens ?? []).AsSpan().SequenceEqual(other._tokens ?? []);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AddedTokenList other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Count == 0 ? 0 : HashCode.Combine(Count, _tokens![0]);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
