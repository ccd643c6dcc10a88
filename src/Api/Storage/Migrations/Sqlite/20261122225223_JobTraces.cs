using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FeedbackService.Api.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class JobTraces : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "traceparent",
                table: "jobs",
                type: "TEXT",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "traceparent",
                table: "jobs");
        }
    }
}
