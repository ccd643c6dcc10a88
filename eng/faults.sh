#!/usr/bin/env bash
# All fault tests at full length: clusters of real processes that are killed, stopped, starved and cut off, for an hour or two.
# What was tried is added to the file that FEEDBACKSERVICE_FAULTS_REPORT names (default faults-report.txt); FEEDBACKSERVICE_FAULTS_SEED repeats a run.
# Arguments go to the test program, for instance: --filter-class FeedbackService.Faults.Tests.RandomKillTests
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export FEEDBACKSERVICE_FAULTS=long FEEDBACKSERVICE_FAULTS_REPORT=${FEEDBACKSERVICE_FAULTS_REPORT:-$PWD/faults-report.txt}
dotnet build tests/Faults.Tests --nologo -v quiet
exec dotnet test --project tests/Faults.Tests --no-build "$@"
