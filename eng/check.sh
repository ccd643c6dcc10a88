#!/usr/bin/env bash
# Everything a change must pass: restore with lock, format, build with warnings as errors, all tests.
# CI runs this very script. Ends with one line "N passed, N failed"; exits non-zero unless all of it holds.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

step() { printf '\n== %s\n' "$*"; }

step restore
dotnet restore FeedbackService.sln --locked-mode

step build
dotnet build FeedbackService.sln --no-restore --nologo -v quiet

step format
dotnet format FeedbackService.sln --no-restore --verify-no-changes --exclude '**/Migrations/**'

step test
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
# One test assembly at a time: they share two cores and libtorch uses both.
# Long fault tests are run by eng/faults.sh.
dotnet test --solution FeedbackService.sln --no-build --max-parallel-test-modules 1 --filter-not-trait Set=Long 2>&1 | tee "$log" || status=$?

count() { awk -v key="$1:" '$1 == key { sum += $2 } END { print sum + 0 }' "$log"; }
passed=$(count succeeded)
failed=$(count failed)
skipped=$(count skipped)
if [ "$skipped" -gt 0 ]; then
    echo "$skipped tests were skipped; here a skip is a failure."
    failed=$((failed + skipped))
fi
if [ "$failed" -eq 0 ] && [ "$status" -ne 0 ]; then failed=1; fi
if [ "$passed" -eq 0 ]; then failed=$((failed + 1)); fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
