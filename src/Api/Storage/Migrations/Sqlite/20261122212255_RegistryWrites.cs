using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FeedbackService.Api.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RegistryWrites : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "base_manifest_sha256",
                table: "model_versions",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "description",
                table: "model_versions",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "tags_json",
                table: "model_versions",
                type: "TEXT",
                nullable: false,
                defaultValue: "{}");

            migrationBuilder.AddColumn<long>(
                name: "undoes",
                table: "alias_moves",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "garbage",
                columns: table => new
                {
                    path = table.Column<string>(type: "TEXT", nullable: false),
                    since = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_garbage", x => x.path);
                });

            migrationBuilder.CreateTable(
                name: "job_models",
                columns: table => new
                {
                    job_id = table.Column<string>(type: "TEXT", nullable: false),
                    model = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_job_models", x => new { x.job_id, x.model });
                    table.ForeignKey(
                        name: "fk_job_models_jobs",
                        column: x => x.job_id,
                        principalTable: "jobs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "retired_models",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    last_version = table.Column<int>(type: "INTEGER", nullable: false),
                    deleted_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_retired_models", x => x.name);
                });

            migrationBuilder.CreateIndex(
                name: "ix_model_versions_base_manifest_sha256",
                table: "model_versions",
                column: "base_manifest_sha256");

            migrationBuilder.CreateIndex(
                name: "ix_job_models_model",
                table: "job_models",
                column: "model");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "garbage");

            migrationBuilder.DropTable(
                name: "job_models");

            migrationBuilder.DropTable(
                name: "retired_models");

            migrationBuilder.DropIndex(
                name: "ix_model_versions_base_manifest_sha256",
                table: "model_versions");

            migrationBuilder.DropColumn(
                name: "base_manifest_sha256",
                table: "model_versions");

            migrationBuilder.DropColumn(
                name: "description",
                table: "model_versions");

            migrationBuilder.DropColumn(
                name: "tags_json",
                table: "model_versions");

            migrationBuilder.DropColumn(
                name: "undoes",
                table: "alias_moves");
        }
    }
}
