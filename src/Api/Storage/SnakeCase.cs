using System.Text;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Storage;

/// <summary>Gives tables and columns the names people write in SQL: snake_case, without quotes on every database.</summary>
internal static class SnakeCase
{
    /// <summary>Renames every table, column, key and index of the model. Call after all configurations.</summary>
    public static void ApplyTo(ModelBuilder modelBuilder)
    {
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            var table = Of(entity.GetTableName()!);
            entity.SetTableName(table);
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(Of(property.Name));
            }
            foreach (var key in entity.GetKeys())
            {
                key.SetName($"pk_{table}");
            }
            foreach (var index in entity.GetIndexes())
            {
                index.SetDatabaseName($"ix_{table}_{string.Join('_', index.Properties.Select(property => Of(property.Name)))}");
            }
            foreach (var foreignKey in entity.GetForeignKeys())
            {
                foreignKey.SetConstraintName($"fk_{table}_{Of(foreignKey.PrincipalEntityType.GetTableName()!)}");
            }
        }
    }

    /// <summary>"LeaseUntil" → "lease_until".</summary>
    public static string Of(string name)
    {
        var result = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0 && name[i - 1] != '_' && !char.IsUpper(name[i - 1]))
            {
                result.Append('_');
            }
            result.Append(char.ToLowerInvariant(name[i]));
        }
        return result.ToString();
    }
}
