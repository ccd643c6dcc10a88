#!/usr/bin/env bash
# Everything a change must pass: restore with lock, format, build with warnings as errors, tests.
#   eng/check.sh          all tests of one process, on SQLite
#   eng/check.sh --full   then those of the service on PostgreSQL, and clusters of real processes with faults (tests/Faults.Tests)
# CI runs the full form. Ends with one line "N passed, N failed"; exits non-zero unless all of it holds.
set -euo pipefail
cd "$(dirname "$0")/.."
full=false
case ${1:-} in
    --full) full=true ;;
    "") ;;
    *) echo "usage: eng/check.sh [--full]" >&2; exit 2 ;;
esac
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

step() { printf '\n== %s\n' "$*"; }

step restore
dotnet restore FeedbackService.sln --locked-mode

step build
dotnet build FeedbackService.sln --no-restore --nologo -v quiet

step format
dotnet format FeedbackService.sln --no-restore --verify-no-changes --exclude '**/Migrations/**'

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
# run NAME ARGUMENT…: tests, counted with all others.
run() {
    step "$1"
    shift
    dotnet test --no-build "$@" 2>&1 | tee -a "$log" || status=$?
}

# One test assembly at a time: they share two cores and libtorch uses both.
# Exit code 8 is that of an assembly in which nothing was to be run.
run "test" --solution FeedbackService.sln --max-parallel-test-modules 1 --filter-not-trait Set=Faults --ignore-exit-code 8
if $full; then
    FEEDBACKSERVICE_TEST_PROVIDER=postgres run "test on PostgreSQL" --project tests/Api.Tests --filter-not-trait only=sqlite
    run "test with faults" --project tests/Faults.Tests
fi

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
