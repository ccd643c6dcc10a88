#!/usr/bin/env bash
# Test accuracy through the service, as a user would get it: train part up, first preset, test part by an evaluation.
#   benchmarks/accuracy-over-http.sh DIR [HYPERPARAMETERS-JSON]
# DIR holds one folder per set with train.csv and test.csv. Needs a running service and curl. Prints a Markdown row a set.
set -euo pipefail

url=${FEEDBACKSERVICE_URL:-http://127.0.0.1:8080}
dir=${1:?usage: accuracy-over-http.sh DIR [HYPERPARAMETERS-JSON]}
knobs=${2:-{\}}

field() { grep -oE "\"$1\" *: *(\"([^\"\\\\]|\\\\.)*\"|[-0-9.eE]+)" | head -n 1 | sed -E "s/^\"$1\" *: *//; s/^\"//; s/\"$//"; }
upload() { curl -sS -f -F "purpose=$1" -F "file=@$2" "$url/v1/files" | field id; }
post() { curl -sS -f -H 'Content-Type: application/json' -d "$2" "$url$1"; }

# wait_for PATH: until the status is terminal; prints it.
wait_for() {
    local status deadline=$((SECONDS + 1800))
    while [ "$SECONDS" -lt "$deadline" ]; do
        status=$(curl -sS -f "$url$1" | field status)
        case $status in succeeded | failed | cancelled) break ;; esac
        sleep 1
    done
    echo "$status"
}

preset=${PRESET:-$(curl -sS -f "$url/v1/presets" | field id)}
echo "| set | preset | options | seconds to fine-tune | seconds to evaluate | test accuracy | test macro-F1 |"
echo "|---|---|---|---|---|---|---|"
for set in "$dir"/*/; do
    name=$(basename "$set")
    train=$(upload fine-tune "$set/train.csv")
    test=$(upload evals "$set/test.csv")
    began=$SECONDS
    job=$(post /v1/fine_tuning/jobs "{\"model\":\"$preset\",\"training_file\":\"$train\",\"suffix\":\"bench-$name\",\"method\":{\"type\":\"supervised\",\"supervised\":{\"hyperparameters\":$knobs}}}" | field id)
    status=$(wait_for "/v1/fine_tuning/jobs/$job")
    trained=$((SECONDS - began))
    if [ "$status" != succeeded ]; then
        echo "| $name | $preset | \`$knobs\` | $trained | - | $status | - |"
        continue
    fi
    model=$(curl -sS -f "$url/v1/fine_tuning/jobs/$job" | field fine_tuned_model)
    began=$SECONDS
    evaluation=$(post /v1/evaluations "{\"model\":\"$model\",\"file\":\"$test\"}" | field id)
    wait_for "/v1/evaluations/$evaluation" >/dev/null
    evaluated=$((SECONDS - began))
    report=$(curl -sS -f "$url/v1/evaluations/$evaluation")
    echo "| $name | $preset | \`$knobs\` | $trained | $evaluated | $(field accuracy <<<"$report") | $(field macro_f1 <<<"$report") |"
done
