#!/usr/bin/env bash
# Loses a service and brings it back from its backup, for real: trains, backs up while it works, destroys, restores, compares.
#   eng/backup-drill.sh sqlite     one process, SQLite in its data folder
#   eng/backup-drill.sh postgres   an api and a worker on a PostgreSQL server of the drill's own and a shared folder
# The commands between "back up" and "destroy", and those of "restore", are the ones of docs/operations.md.
# Needs curl and jq; sqlite3 for the first, Debian's postgresql package for the second. Ports 18090 to 18092 (DRILL_PORT).
# DRILL_SERVICE names a built service (default: built here, Release); DRILL_WORK a folder for a gigabyte (default: below /var/tmp).
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-sqlite}
port=${DRILL_PORT:-18090}
work=${DRILL_WORK:-$(mktemp -d /var/tmp/feedbackservice-drill.XXXXXX)}
service=${DRILL_SERVICE:-src/Api/bin/Release/net10.0/FeedbackService.Api}
url=http://127.0.0.1:$port
data=$work/data store=$work/store backup=$work/backup
services=()
mkdir -p "$backup"

step() { printf '\n== %s\n' "$*"; }
timed() { local began=${EPOCHREALTIME/./}; "$@"; printf '   %s.%03d s\n' $(((${EPOCHREALTIME/./} - began) / 1000000)) $(((${EPOCHREALTIME/./} - began) / 1000 % 1000)); }
fail() { echo "$*" >&2; exit 1; }
ask() { curl -sS --fail-with-body "$@"; }

# begin PORT OPTION…: a process of the service, noted so that it ends with the drill.
begin() {
    local at=$1
    shift
    "$service" --urls "http://127.0.0.1:$at" --sample-on-first-start off --device cpu "$@" >>"$work/service.log" 2>&1 &
    services+=($!)
    wait_ready "$at" $!
}

# wait_ready PORT PID: two minutes at most.
wait_ready() {
    local deadline=$((SECONDS + 120))
    until curl -sf -o "$work/ready.json" "http://127.0.0.1:$1/health/ready"; do
        kill -0 "$2" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ] || { tail -n 20 "$work/service.log" >&2; fail "The service does not start."; }
        sleep 0.2
    done
}

# Killed, as a machine that is lost would: nothing of the program runs after it.
kill_services() {
    local pid
    for pid in "${services[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    services=()
}

cleanup() {
    kill_services
    [ "$kind" != postgres ] || stop_database
    [ -n "${DRILL_WORK:-}" ] || rm -rf "$work"
}

# --- SQLite: one process -------------------------------------------------------------------------------------------------

sqlite_start() { begin "$port" --data-dir "$data"; }

sqlite_back_up() {
    sqlite3 "$data/service.db" ".backup '$backup/service.db'"
    # Exit code 1 is a file that changed or went while it was read: work in progress, which the database of the backup does not name.
    tar -C "$data" --exclude='./service.*' --exclude=./staging --exclude=./tmp --exclude=./trash -cf "$backup/data.tar" . || [ $? -eq 1 ]
}

sqlite_destroy() { rm -rf "$data"; }

sqlite_restore() {
    mkdir -m 700 "$data"
    tar -C "$data" -xpf "$backup/data.tar"
    install -m 600 "$backup/service.db" "$data/service.db"
}

# --- PostgreSQL: an api, a worker, a shared folder -------------------------------------------------------------------------

database_port=$((port + 1))
connection="Host=127.0.0.1;Port=$database_port;Database=drill;Username=drill;Password=drill"
export PGHOST=127.0.0.1 PGPORT=$database_port PGUSER=drill PGPASSWORD=drill

# As a user that is not root, which PostgreSQL refuses to be.
server() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }

start_database() {
    server_bin=$(dirname "$(ls -1 /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")
    mkdir -p "$work/postgres"
    chmod 755 "$work"
    echo "$PGPASSWORD" >"$work/postgres/password"
    [ "$(id -u)" -ne 0 ] || chown postgres: "$work/postgres"
    server "$server_bin/initdb" --pgdata="$work/postgres/data" --username=drill --pwfile="$work/postgres/password" --auth=scram-sha-256 --data-checksums --no-sync >"$work/initdb.log"
    server "$server_bin/pg_ctl" --pgdata="$work/postgres/data" --log="$work/postgres/log" --wait \
        --options="-p $database_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=''" start >"$work/pg_ctl.log"
    createdb drill
}

stop_database() { [ ! -e "$work/postgres/data/postmaster.pid" ] || server "$server_bin/pg_ctl" --pgdata="$work/postgres/data" --mode=fast stop >"$work/pg_ctl.log"; }

postgres_start() {
    [ -d "$work/postgres" ] || start_database
    begin "$port" --role api --database "$connection" --artifacts "$store" --data-dir "$data/api"
    begin $((port + 2)) --role worker --database "$connection" --artifacts "$store" --data-dir "$data/worker"
}

postgres_back_up() {
    pg_dump --format=custom --file="$backup/database.dump" drill
    tar -C "$store" -cf "$backup/store.tar" . || [ $? -eq 1 ]
}

postgres_destroy() {
    dropdb --force drill
    rm -rf "$data" "$store"
}

postgres_restore() {
    mkdir -m 700 "$store"
    tar -C "$store" -xpf "$backup/store.tar"
    createdb drill
    pg_restore --dbname=drill --exit-on-error "$backup/database.dump"
}

# --- The drill -------------------------------------------------------------------------------------------------------------

# submit NAME: a fine-tuning of the bundled sample; prints the job's id.
submit() {
    ask "$url/v1/fine_tuning/jobs" -H 'content-type: application/json' -d "{\"model\":\"mlp\",\"training_file\":\"$file\",\"suffix\":\"$1\"}" | jq -r .id
}

state() { ask "$url/v1/fine_tuning/jobs/$1" | jq -r .status; }

# wait_for JOB STATE: half an hour at most, for busy machines; seconds on a quiet one.
wait_for() {
    local deadline=$((SECONDS + 1800)) now
    until now=$(state "$1") && [ "$now" = "$2" ]; do
        case $now in failed | cancelled | succeeded) fail "$1 is $now, not $2." ;; esac
        [ "$SECONDS" -lt "$deadline" ] || fail "$1 is still $now."
        sleep 0.2
    done
}

# answers MODEL OUTPUT: labels and scores of the first hundred texts of the sample.
answers() {
    ask "$url/v1/files/$file/rows?limit=100" | jq --arg model "$1" '{model: $model, top_k: 3, input: [.data[].text]}' |
        ask "$url/v1/classify" -H 'content-type: application/json' -d @- | jq -c '.data' >"$2"
}

# versions MODEL: how many it has.
versions() { ask "$url/v1/registry/models/$1/versions" | jq -r '.data | length'; }

case $kind in sqlite | postgres) ;; *) fail "There is no $kind; the head of this file says what there is." ;; esac
[ -n "${DRILL_SERVICE:-}" ] || dotnet build src/Api -c Release --nologo -v quiet
trap cleanup EXIT

step "start ($kind)"
timed "${kind}_start"
file=$(ask "$url/v1/files" -F purpose=fine-tune -F "file=@samples/support-tickets/train.csv" | jq -r .id)
first=$(submit first)
timed wait_for "$first" succeeded
answers first "$work/before.json"

step "back up while a second training runs"
second=$(submit second)
wait_for "$second" running
timed "${kind}_back_up"
echo "   the second training is $(state "$second"); $(du -sh "$backup" | cut -f 1) in the backup"
# What comes after the backup is lost with the service.
ask "$url/v1/files" -F purpose=fine-tune -F "file=@samples/support-tickets/test.csv" | jq -r '"   uploaded after the backup: " + .id'

step "destroy"
kill_services
"${kind}_destroy"

step "restore"
timed "${kind}_restore"
timed "${kind}_start"
answers first "$work/after.json"
cmp "$work/before.json" "$work/after.json" || fail "The answers differ."
echo "   the same answer, to the last digit, for $(jq length "$work/after.json") texts"
wait_for "$second" succeeded
answers second "$work/second.json"
for model in first second; do [ "$(versions $model)" -eq 1 ] || fail "$model has $(versions $model) versions, not 1."; done
[ "$(ask "$url/v1/files" | jq '[.data[] | select(.purpose == "fine-tune")] | length')" -eq 1 ] || fail "There is another file than the one of the backup."
echo "   the training that ran during the backup went on and succeeded; each model has one version; of the later upload there is nothing"
