#!/usr/bin/env bash
# What tracing costs a classification: four services over the same model take turns under load: without tracing (twice, which shows the
# noise), exporting but sampling nothing, and sampling everything.
#   benchmarks/tracing-cost.sh [ROUNDS] [BLOCK-SECONDS] [CLIENTS]
# Starts and stops the services itself, on ports from PORT (default 18180) on. Prints a Markdown table. Needs curl.
set -euo pipefail
cd "$(dirname "$0")/.."

port=${PORT:-18180}
folder=$(mktemp -d)
pids=()
stop() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" || true; done
    pids=()
}
trap 'stop; rm -rf "$folder"' EXIT

# start NAME PORT [VARIABLE=VALUE…]
start() {
    env "${@:3}" src/Api/bin/Release/net10.0/FeedbackService.Api --data-dir "$folder/$1" --urls "http://127.0.0.1:$2" --log-level warning >"$folder/$1.log" 2>&1 &
    pids+=($!)
}

# wait_for URL: until it answers with success.
wait_for() {
    for _ in $(seq 600); do curl -sf -o /dev/null "$1" && return; sleep 0.5; done
    echo "$1 does not answer" >&2
    cat "$folder"/*.log >&2
    exit 1
}

dotnet build src/Api -c Release --nologo -v quiet >/dev/null
dotnet build benchmarks/TracingCost -c Release --nologo -v quiet >/dev/null

# The sample's model, trained once.
start off "$port"
wait_for "http://127.0.0.1:$port/v1/models/support-tickets"
stop
for name in again unsampled sampled; do cp -r "$folder/off" "$folder/$name"; done

collector=http://127.0.0.1:$((port + 9))
otlp=("OTEL_EXPORTER_OTLP_ENDPOINT=$collector" OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf)
start off "$port"
start again $((port + 1))
start unsampled $((port + 2)) "${otlp[@]}" OTEL_TRACES_SAMPLER=always_off
start sampled $((port + 3)) "${otlp[@]}"
services=()
for name in off again unsampled sampled; do
    url=http://127.0.0.1:$((port + ${#services[@]}))
    wait_for "$url/health/ready"
    services+=("$name=$url")
done

uptime
benchmarks/TracingCost/bin/Release/net10.0/FeedbackService.TracingCost "${1:-20}" "${2:-2}" "${3:-8}" "$collector" "${services[@]}"
uptime
