#!/usr/bin/env bash
# A file of 1,000,000 rows through the service: seconds from upload to report, processor seconds (on a busy machine the truer figure), peak memory, the last page of issues, rows far into the file.
#   benchmarks/large-file.sh [ROWS]
# Starts a service of its own (Release build by default, or SERVICE="command"), on a free port with a data folder that is removed afterwards.
# Linux; needs curl and awk. The data are the same every time. Prints a Markdown table.
set -euo pipefail

rows=${1:-1000000}
cd "$(dirname "$0")/.."
service=${SERVICE:-dotnet src/Api/bin/Release/net10.0/FeedbackService.Api.dll}
work=$(mktemp -d)
port=$((20000 + RANDOM % 10000))
url=http://127.0.0.1:$port
$service --urls "$url" --data-dir "$work/data" --role api --log-level warning >"$work/log" 2>&1 &
pid=$!
trap 'kill $pid; wait $pid || true; rm -rf "$work"' EXIT

generate() { # KIND
    awk -v rows="$rows" -v kind="$1" 'BEGIN {
        srand(42); split("the shares of a company fell after news from its market and team won match in last minute of game", w, " ")
        if (kind != "jsonl") print "text,label"
        for (i = 1; i <= rows; i++) {
            if (kind == "bad" || (kind == "mixed" && i % 100 == 0)) { print "no label"; continue }
            t = "row " i; for (k = 0; k < 9; k++) t = t " " w[1 + int(rand() * 20)]
            l = i % 9973 == 0 ? "rare" : "label" int(rand() * 20)
            if (kind == "same") t = "the same text"
            if (kind == "jsonl") printf "{\"text\":\"%s\",\"labels\":[\"%s\",\"label%d\"]}\n", t, l, i % 20
            else print t "," l
        }
    }' >"$work/$1"
}

processor() { awk -v ticks="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / ticks }' "/proc/$pid/stat"; }
memory() { awk -v key="$1:" '$1 == key { print int($2 / 1024) }' "/proc/$pid/status"; }
field() { grep -oE "\"$1\" *: *(\"([^\"\\\\]|\\\\.)*\"|[-0-9.eE]+)" | head -n 1 | sed -E "s/^\"$1\" *: *//; s/^\"//; s/\"$//"; }
milliseconds() { curl -sS -f -o /dev/null -w '%{time_total}' "$url$1" | awk '{ printf "%d ms", $1 * 1000 + 0.5 }'; }

for _ in $(seq 120); do curl -s -o /dev/null "$url/health/ready" && break; sleep 0.5; done
# The first request of each kind pays for compiling the code.
printf 'text,label\na,x\nb,y\n,z\n' >"$work/first"
first=$(curl -sS -f -F purpose=fine-tune -F "file=@$work/first" "$url/v1/files" | field id)
milliseconds "/v1/files/$first/validation?against=$first" >/dev/null
milliseconds "/v1/files/$first/rows?label=x" >/dev/null

echo "| $rows rows | MB | upload to report, s | of a processor, s | memory before / peak, MB | issues | first page | last page | rows at 90 % | the same, rare label | against itself, processor s |"
echo "|---|---|---|---|---|---|---|---|---|---|---|"
for kind in good mixed bad same jsonl; do
    generate "$kind"
    echo 5 >"/proc/$pid/clear_refs"
    before=$(memory VmRSS)
    begun=$(processor)
    answer=$(curl -sS -f -w '\n%{time_total}' -F purpose=fine-tune -F "file=@$work/$kind" "$url/v1/files")
    id=$(field id <<<"$answer")
    peak=$(memory VmHWM)
    used=$(awk -v a="$begun" -v b="$(processor)" 'BEGIN { print b - a }')
    begun=$(processor)
    curl -sS -f -o /dev/null "$url/v1/files/$id/validation?limit=1&against=$id"
    compared=$(awk -v a="$begun" -v b="$(processor)" 'BEGIN { print b - a }')
    issues=$(curl -sS -f "$url/v1/files/$id/validation?limit=1" | field issue_count)
    far=$((rows / 10 * 9))
    echo "| $kind | $(($(stat -c %s "$work/$kind") / 1000000)) | $(tail -n 1 <<<"$answer") | $used | $before / $peak | $issues" \
        "| $(milliseconds "/v1/files/$id/validation?limit=100") | $(milliseconds "/v1/files/$id/validation?limit=100&after=$((issues > 100 ? issues - 100 : 0))")" \
        "| $(milliseconds "/v1/files/$id/rows?limit=100&after=$far") | $(milliseconds "/v1/files/$id/rows?limit=100&after=$far&label=rare")" \
        "| $compared |"
    rm "$work/$kind"
done
