using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

#pragma warning disable CA1814 // Prefer jagged arrays over multidimensional

namespace FeedbackService.Api.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ManyMachines : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "device",
                table: "jobs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "last_write",
                table: "jobs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "yield_requested",
                table: "jobs",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "cookie_secrets",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    xml = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_cookie_secrets", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "duties",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    owner = table.Column<string>(type: "TEXT", nullable: false),
                    until = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_duties", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "queue_turns",
                columns: table => new
                {
                    queue = table.Column<string>(type: "TEXT", nullable: false),
                    key_id = table.Column<string>(type: "TEXT", nullable: false),
                    turn = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_queue_turns", x => new { x.queue, x.key_id });
                });

            migrationBuilder.CreateTable(
                name: "revisions",
                columns: table => new
                {
                    topic = table.Column<string>(type: "TEXT", nullable: false),
                    revision = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_revisions", x => x.topic);
                });

            migrationBuilder.CreateTable(
                name: "workers",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    machine = table.Column<string>(type: "TEXT", nullable: false),
                    process_id = table.Column<int>(type: "INTEGER", nullable: false),
                    version = table.Column<string>(type: "TEXT", nullable: false),
                    device = table.Column<string>(type: "TEXT", nullable: false),
                    device_name = table.Column<string>(type: "TEXT", nullable: true),
                    cores = table.Column<int>(type: "INTEGER", nullable: false),
                    memory_bytes = table.Column<long>(type: "INTEGER", nullable: false),
                    device_memory_bytes = table.Column<long>(type: "INTEGER", nullable: true),
                    queues = table.Column<string>(type: "TEXT", nullable: false),
                    capabilities = table.Column<string>(type: "TEXT", nullable: false),
                    draining = table.Column<bool>(type: "INTEGER", nullable: false),
                    started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    heartbeat_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_workers", x => x.id);
                });

            migrationBuilder.InsertData(
                table: "revisions",
                columns: new[] { "topic", "revision" },
                values: new object[,]
                {
                    { "files", 0L },
                    { "keys", 0L },
                    { "registry", 0L }
                });

            migrationBuilder.CreateIndex(
                name: "ix_jobs_created_by_key_id_state_queue",
                table: "jobs",
                columns: new[] { "created_by_key_id", "state", "queue" });

            migrationBuilder.CreateIndex(
                name: "ix_workers_heartbeat_at",
                table: "workers",
                column: "heartbeat_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "cookie_secrets");

            migrationBuilder.DropTable(
                name: "duties");

            migrationBuilder.DropTable(
                name: "queue_turns");

            migrationBuilder.DropTable(
                name: "revisions");

            migrationBuilder.DropTable(
                name: "workers");

            migrationBuilder.DropIndex(
                name: "ix_jobs_created_by_key_id_state_queue",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "device",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "last_write",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "yield_requested",
                table: "jobs");
        }
    }
}
