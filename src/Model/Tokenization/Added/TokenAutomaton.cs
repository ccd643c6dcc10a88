namespace FeedbackService.Model.Tokenization.Added;

/// <summary>
/// Finds the leftmost of the longest of several strings in a text, without overlaps, in time proportional to the text (Aho and Corasick 1975,
/// doi:10.1145/360825.360855).
/// </summary>
/// <remarks>
/// The strings are read backwards and so is the text: wherever one of them begins, the automaton then stands in a state that knows
/// the longest one beginning there. A search forwards would only learn where strings end.
/// </remarks>
internal sealed class TokenAutomaton
{
    private const int Root = 0;
    private const int None = -1;

    private readonly Dictionary<(int Node, char Unit), int> _next = [];
    private readonly List<int> _fallback = [Root];
    private readonly List<int> _longest = [None];
    private readonly int[] _lengths;

    /// <param name="patterns">None empty. Of equal ones the first is found.</param>
    public TokenAutomaton(IReadOnlyList<string> patterns)
    {
        _lengths = [.. patterns.Select(pattern => pattern.Length)];
        List<List<(int Node, int Parent, char Unit)>> levels = [];
        for (var pattern = 0; pattern < patterns.Count; pattern++)
        {
            var end = Insert(patterns[pattern], levels);
            _longest[end] = _longest[end] == None ? pattern : _longest[end];
        }

        // Breadth first: the fallback of a state is shorter, so it is known before.
        foreach (var (node, parent, unit) in levels.SelectMany(level => level))
        {
            _fallback[node] = parent == Root ? Root : Step(_fallback[parent], unit);
            _longest[node] = _longest[node] == None ? _longest[_fallback[node]] : _longest[node];
        }
    }

    /// <summary>All matches from left to right.</summary>
    /// <returns>Where each begins and which string it is.</returns>
    public IEnumerable<(int Start, int Pattern)> Find(ReadOnlySpan<char> text)
    {
        var (state, found) = (Root, new Stack<(int Start, int Pattern)>());
        for (var position = text.Length - 1; position >= 0; position--)
        {
            state = Step(state, text[position]);
            if (_longest[state] != None)
            {
                found.Push((position, _longest[state]));
            }
        }

        return WithoutOverlaps(found);
    }

    private IEnumerable<(int Start, int Pattern)> WithoutOverlaps(Stack<(int Start, int Pattern)> found)
    {
        var end = 0;
        foreach (var match in found)
        {
            if (match.Start >= end)
            {
                end = match.Start + _lengths[match.Pattern];
                yield return match;
            }
        }
    }

    private int Insert(string pattern, List<List<(int Node, int Parent, char Unit)>> levels)
    {
        var node = Root;
        for (var depth = 0; depth < pattern.Length; depth++)
        {
            var unit = pattern[^(depth + 1)];
            if (!_next.TryGetValue((node, unit), out var child))
            {
                child = _fallback.Count;
                _next.Add((node, unit), child);
                _fallback.Add(Root);
                _longest.Add(None);
                if (levels.Count == depth)
                {
                    levels.Add([]);
                }

                levels[depth].Add((child, node, unit));
            }

            node = child;
        }

        return node;
    }

    private int Step(int state, char unit)
    {
        while (true)
        {
            if (_next.TryGetValue((state, unit), out var child))
            {
                return child;
            }

            if (state == Root)
            {
                return Root;
            }

            state = _fallback[state];
        }
    }
}
