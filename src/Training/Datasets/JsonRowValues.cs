namespace FeedbackService.Training.Datasets;

/// <summary>The values of the keys that are read from a JSON line; reused from line to line.</summary>
internal sealed class JsonRowValues(ColumnMapping mapping)
{
    /// <summary>Value of the text column.</summary>
    public Slot Text { get; } = new(mapping.TextColumn, TakesMany: false);

    /// <summary>Value of the text pair column.</summary>
    public Slot Pair { get; } = new(mapping.TextPairColumn, TakesMany: false);

    /// <summary>Values of the label column.</summary>
    public Slot Label { get; } = new(mapping.LabelColumn, TakesMany: true);

    /// <summary>The slot a key goes to; null when the key is not wanted.</summary>
    public Slot? Find(string key) =>
        key == Text.Key ? Text : key == Label.Key ? Label : key == Pair.Key ? Pair : null;

    /// <summary>Empties every slot.</summary>
    public void Clear()
    {
        Text.Clear();
        Pair.Clear();
        Label.Clear();
    }

    /// <summary>Where the value of one key goes.</summary>
    internal sealed record Slot(string? Key, bool TakesMany)
    {
        public List<string> Values { get; } = [];

        public bool IsArray { get; set; }

        /// <summary>Whether the value was <c>[]</c>.</summary>
        public bool IsEmptyArray { get; set; }

        public string? First => Values.Count > 0 ? Values[0] : null;

        // One more than allowed is kept, so that the excess is seen without holding all of it.
        public void Add(string value, int most)
        {
            if (Values.Count <= most)
            {
                Values.Add(value);
            }
        }

        public void Clear()
        {
            Values.Clear();
            IsArray = false;
            IsEmptyArray = false;
        }
    }
}
