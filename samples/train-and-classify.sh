#!/usr/bin/env bash
# The tour on a file of your own: upload, validate, fine-tune, evaluate on the validation part, classify.
#   samples/train-and-classify.sh FILE.csv [MODEL-NAME] [TEXT] [TEXT-COLUMN] [LABEL-COLUMN]
# FILE.csv has a header with the columns text and label (TSV and JSONL work too); the last two name other columns.
# Needs a running service (FEEDBACKSERVICE_URL, default http://127.0.0.1:8080; FEEDBACKSERVICE_KEY where it asks for keys) and curl.
set -euo pipefail

url=${FEEDBACKSERVICE_URL:-http://127.0.0.1:8080}
file=${1:-}
name=${2:-my-model}
text=${3:-}
text_column=${4:-}
label_column=${5:-}
[ -n "$file" ] || { echo "Usage: $0 FILE.csv [MODEL-NAME] [TEXT] [TEXT-COLUMN] [LABEL-COLUMN]" >&2; exit 1; }
[ -r "$file" ] || { echo "Cannot read $file." >&2; exit 1; }

# call METHOD PATH [curl options…]: prints the body; a refusal prints what the service says and ends the tour.
call() {
    local method=$1 path=$2 body status
    shift 2
    # The key comes from a file descriptor: arguments of a process can be read by everybody on the machine.
    body=$(curl -sS -X "$method" "$url$path" -w '\n%{http_code}' -H @<(printf '%s' "${FEEDBACKSERVICE_KEY:+Authorization: Bearer $FEEDBACKSERVICE_KEY}") "$@") || { echo "No service at $url. Start it as the README says." >&2; exit 1; }
    status=${body##*$'\n'}
    body=${body%$'\n'*}
    if [ "$status" -ge 400 ]; then
        echo "$method $path: $status $(field detail <<<"$body" | plain)" >&2
        [ "$status" != 401 ] || echo "Give the key as FEEDBACKSERVICE_KEY." >&2
        exit 1
    fi
    printf '%s\n' "$body"
}

# field NAME: the first string or number called NAME in the JSON on standard input, a string with its escapes.
field() {
    grep -oE "\"$1\" *: *(\"([^\"\\\\]|\\\\.)*\"|[-0-9.eE]+)" | head -n 1 | sed -E "s/^\"$1\" *: *//; s/^\"//; s/\"$//"
}

# plain: the inside of a JSON string as people read it. UTF-8 is put together by hand: bash knows \u in UTF-8 locales alone.
plain() {
    local rest out='' escape code low bytes
    IFS= read -r rest || true
    while [[ $rest =~ ^([^\\]*)\\(u[0-9a-fA-F]{4}|.)(.*)$ ]]; do
        out+=${BASH_REMATCH[1]} escape=${BASH_REMATCH[2]} rest=${BASH_REMATCH[3]}
        case $escape in
            u????)
                code=$((16#${escape:1}))
                if ((code >> 10 == 0x36)) && [[ $rest =~ ^\\u([dD][c-fC-F][0-9a-fA-F]{2})(.*)$ ]]; then
                    low=$((16#${BASH_REMATCH[1]})) rest=${BASH_REMATCH[2]}
                    code=$((0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff)))
                fi
                if ((code < 0x80)); then bytes=("$code")
                elif ((code < 0x800)); then bytes=($((0xc0 | code >> 6)) $((0x80 | code & 0x3f)))
                elif ((code < 0x10000)); then bytes=($((0xe0 | code >> 12)) $((0x80 | code >> 6 & 0x3f)) $((0x80 | code & 0x3f)))
                else bytes=($((0xf0 | code >> 18)) $((0x80 | code >> 12 & 0x3f)) $((0x80 | code >> 6 & 0x3f)) $((0x80 | code & 0x3f)))
                fi
                out+=$(printf '%b' "$(printf '\\x%x' "${bytes[@]}")") ;;
            n | r | t | b | f) out+=' ' ;;
            *) out+=$escape ;;
        esac
    done
    printf '%s\n' "$out$rest"
}

echo "1. Uploading $file"
uploaded=$(call POST /v1/files -F purpose=fine-tune -F "text_column=$text_column" -F "label_column=$label_column" -F "file=@$file")
file_id=$(field id <<<"$uploaded")
report=$(call GET "/v1/files/$file_id/validation?limit=5")
echo "   $file_id: $(field valid_rows <<<"$report") usable rows, $(field issue_count <<<"$report") issues (GET /v1/files/$file_id/validation)"
details=$(field status_details <<<"$uploaded" | plain || true)
[ -z "$details" ] || echo "   $details"
[ "$(field status <<<"$uploaded")" != error ] || exit 1

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
    event=$(call GET "/v1/fine_tuning/jobs/$job/events?limit=1" | field message | plain || true)
    if [ "$status $event" != "$shown" ]; then echo "   $status: $event"; shown="$status $event"; fi
    case $status in succeeded | failed | cancelled) break ;; esac
    [ "$SECONDS" -lt "$deadline" ] || { echo "Still $status after an hour; look at $url/v1/fine_tuning/jobs/$job" >&2; exit 1; }
    sleep 2
done
[ "$status" = succeeded ] || { echo "The job ended as $status: $(field message <<<"$state" | plain)" >&2; exit 1; }

model=$(field fine_tuned_model <<<"$state")
# A file too small to hold a part of it out has no report, and says so with 404.
accuracy=$(call GET "/v1/fine_tuning/jobs/$job/report" 2>/dev/null | field accuracy || true)
echo "3. $model is ready (accuracy on the held-out part of your file: ${accuracy:-no held-out part})"

if [ -z "$text" ]; then
    text=$(call GET "/v1/files/$file_id/rows?limit=1" | grep -oE '"text" *: *"([^"\\]|\\.)*"' | head -n 1 | sed -E 's/^"text" *: *"//; s/"$//')
else
    text=$(printf '%s' "$text" | tr '\n\t\r' '   ' | sed 's/\\/\\\\/g; s/"/\\"/g')
fi
echo "4. Classifying: $(plain <<<"$text")"
answer=$(call POST /v1/classify -H 'Content-Type: application/json' -d "{\"model\":\"$model\",\"input\":\"$text\",\"top_k\":3}")
echo "   $(field label <<<"$answer" | plain) ($(field score <<<"$answer"))"
echo "Next: $url/swagger"
