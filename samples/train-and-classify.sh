#!/usr/bin/env bash
# The tour on a file of your own: upload, validate, fine-tune, evaluate on the validation part, classify.
#   samples/train-and-classify.sh FILE.csv [MODEL-NAME] [TEXT]
# FILE.csv has a header with the columns text and label (TSV and JSONL work too).
# Needs a running service (FEEDBACKSERVICE_URL, default http://127.0.0.1:8080) and curl, nothing else.
set -euo pipefail

url=${FEEDBACKSERVICE_URL:-http://127.0.0.1:8080}
file=${1:?usage: train-and-classify.sh FILE.csv [MODEL-NAME] [TEXT]}
name=${2:-my-model}
text=${3:-}
[ -r "$file" ] || { echo "Cannot read $file." >&2; exit 1; }

# call METHOD PATH [curl options…]: prints the body; a refusal prints what the service says and ends the tour.
call() {
    local method=$1 path=$2 body status
    shift 2
    body=$(curl -sS -X "$method" "$url$path" -w '\n%{http_code}' "$@") || { echo "No service at $url. Start it as the README says." >&2; exit 1; }
    status=${body##*$'\n'}
    body=${body%$'\n'*}
    if [ "$status" -ge 400 ]; then
        echo "$method $path: $status $(field detail <<<"$body")" >&2
        exit 1
    fi
    printf '%s\n' "$body"
}

# field NAME: the first string or number called NAME in the JSON on standard input.
field() {
    grep -oE "\"$1\" *: *(\"([^\"\\\\]|\\\\.)*\"|[-0-9.eE]+)" | head -n 1 | sed -E "s/^\"$1\" *: *//; s/^\"//; s/\"$//"
}

echo "1. Uploading $file"
uploaded=$(call POST /v1/files -F purpose=fine-tune -F "file=@$file")
file_id=$(field id <<<"$uploaded")
report=$(call GET "/v1/files/$file_id/validation?limit=5")
echo "   $file_id: $(field valid_rows <<<"$report") usable rows, $(field issue_count <<<"$report") issues (GET /v1/files/$file_id/validation)"

preset=$(call GET /v1/presets | field id)
echo "2. Fine-tuning the preset $preset as $name"
job=$(call POST /v1/fine_tuning/jobs -H 'Content-Type: application/json' \
    -d "{\"model\":\"$preset\",\"training_file\":\"$file_id\",\"suffix\":\"$name\"}" | field id)
status=queued
shown=
deadline=$((SECONDS + 3600))
while :; do
    state=$(call GET "/v1/fine_tuning/jobs/$job")
    status=$(field status <<<"$state")
    event=$(call GET "/v1/fine_tuning/jobs/$job/events?limit=1" | field message || true)
    if [ "$status $event" != "$shown" ]; then echo "   $status: $event"; shown="$status $event"; fi
    case $status in succeeded | failed | cancelled) break ;; esac
    [ "$SECONDS" -lt "$deadline" ] || { echo "Still $status after an hour; look at $url/v1/fine_tuning/jobs/$job" >&2; exit 1; }
    sleep 2
done
[ "$status" = succeeded ] || { echo "The job ended as $status: $(field message <<<"$state")" >&2; exit 1; }

model=$(field fine_tuned_model <<<"$state")
accuracy=$(call GET "/v1/fine_tuning/jobs/$job/report" | field accuracy || true)
echo "3. $model is ready (accuracy on the held-out part of your file: ${accuracy:-no held-out part})"

if [ -z "$text" ]; then
    text=$(call GET "/v1/files/$file_id/rows?limit=1" | grep -oE '"text" *: *"([^"\\]|\\.)*"' | head -n 1 | sed -E 's/^"text" *: *"//; s/"$//')
else
    text=$(printf '%s' "$text" | sed 's/\\/\\\\/g; s/"/\\"/g')
fi
echo "4. Classifying: $text"
answer=$(call POST /v1/classify -H 'Content-Type: application/json' -d "{\"model\":\"$model\",\"input\":\"$text\",\"top_k\":3}")
echo "   $(field label <<<"$answer") ($(field score <<<"$answer"))"
echo "Next: $url/swagger"
