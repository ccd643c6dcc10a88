#!/usr/bin/env bash
# The long fault tests: clusters of real processes that are killed, stopped and starved for up to an hour.
# Arguments go to the test program, for instance: --filter-class FeedbackService.Faults.Tests.RandomKillTests
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build tests/Faults.Tests --nologo -v quiet
exec dotnet test --project tests/Faults.Tests --no-build --filter-trait Set=Long "$@"
