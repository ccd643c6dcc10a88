#!/usr/bin/env bash
# Builds the image and takes the tour through it on a machine without a container engine: Debian 12, as root.
# Where docker or podman run, `docker compose up` does the same and more simply (docs/operations.md).
#   apt-get install --no-install-recommends buildah debootstrap curl jq
#   eng/container.sh [STEP…]
# Steps; without any, all up to sizes in this order. Each needs those before it to have run once.
#   base     the two base images under the names the Dockerfile asks for: Debian 12 and this machine's .NET
#   image    the image, by the Dockerfile as it stands
#   run      starts it by `buildah run`: upload, validate, fine-tune, classify, stop
#   restart  starts it again on the same volume as docker-compose.yml would: process 1, read-only root, no capabilities,
#            no new privileges; classifies with the model of the first run, stops by SIGTERM
#   change   one line of code changed, built again without a cache, as another machine would: which layers are new
#   sizes    bytes of every layer, as stored and as pushed
#   clean    removes the work folder
# Needs the network (Debian and NuGet packages) and 8 GB in CONTAINER_WORK (default /var/tmp/feedbackservice-container).
set -euo pipefail
cd "$(dirname "$0")/.."

work=${CONTAINER_WORK:-/var/tmp/feedbackservice-container}
port=${CONTAINER_PORT:-18080}
image=localhost/feedbackservice
user=1654
url=http://127.0.0.1:$port
mkdir -p "$work"

step() { printf '\n== %s\n' "$*"; }
timed() { local began=$SECONDS; "$@"; echo "   ($((SECONDS - began)) s)"; }
# A storage of its own: the stand-ins for the base images must not be found by anything else.
b() { buildah --root "$work/storage" --runroot "$work/run" "$@"; }
argument() { sed -n "s/^ARG $1=//p" Dockerfile | head -n 1; }
config() { b inspect --type image "$image" | jq -r ".Docker.config.$1"; }

# The .NET folder of this machine, in two parts as in Microsoft's images: the runtime, and the SDK on top of it.
base() {
    step "base images"
    local dotnet root name
    dotnet=$(dotnet --list-sdks | sed -n 's/.*\[\(.*\)\/sdk\]$/\1/p' | tail -n 1)
    b rm --all >/dev/null
    name=$(b from scratch)
    root=$(b mount "$name")
    debootstrap --variant=minbase --include=ca-certificates,libicu72,libssl3,libstdc++6,tzdata,zlib1g bookworm "$root" >"$work/debootstrap.log"
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/usr/share/{doc,man,locale}/*
    mkdir -p "$root/usr/share/dotnet"
    cp -a "$dotnet"/{dotnet,host,shared} "$root/usr/share/dotnet/"
    ln -sf /usr/share/dotnet/dotnet "$root/usr/bin/dotnet"
    # What Microsoft's image sets and ours has to live with.
    b config --env ASPNETCORE_HTTP_PORTS=8080 --env DOTNET_RUNNING_IN_CONTAINER=true --env APP_UID=$user "$name"
    b commit --quiet "$name" "$(argument RUNTIME_IMAGE)" >/dev/null
    cp -a "$dotnet"/{sdk,sdk-manifests,packs} "$root/usr/share/dotnet/"
    # A proxy that this machine trusts is trusted by the build as well.
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    b config --env NUGET_XMLDOC_MODE=skip --env "NUGET_CERT_REVOCATION_MODE=${NUGET_CERT_REVOCATION_MODE:-online}" "$name"
    b commit --quiet "$name" "$(argument SDK_IMAGE)" >/dev/null
    b rm "$name" >/dev/null
}

# build CONTEXT TAG [OPTION…]: layers are kept apart as docker does; the health check exists in Docker's format alone.
build() {
    local context=$1 tag=$2
    shift 2
    b bud --isolation chroot --layers --format docker --pull-never --file "$context/Dockerfile" --tag "$tag" "$@" "$context" >"$work/build.log" 2>&1 ||
        { tail -n 40 "$work/build.log" >&2; return 1; }
}

image() {
    step "image"
    timed build . "$image"
}

# innermost PID: the last of the line of its descendants, which is the service below what started it.
innermost() {
    local child
    child=$(cat "/proc/$1"/task/*/children 2>/dev/null | cut -d ' ' -f 1 | head -n 1)
    if [ -n "$child" ]; then innermost "$child"; else echo "$1"; fi
}

# started PID: what stop and a failure end.
started() { starter=$1; trap 'kill -TERM "$(innermost "$starter")" 2>/dev/null || true' EXIT; }

# stop: SIGTERM to the service itself; it must end by itself, and well.
stop() {
    local began=$SECONDS status=0
    kill -TERM "$(innermost "$starter")"
    wait "$starter" || status=$?
    trap - EXIT
    echo "   stopped by SIGTERM in $((SECONDS - began)) s, exit code $status"
    return "$status"
}

# wait_ready: until the service answers, at most two minutes.
wait_ready() {
    local deadline=$((SECONDS + 120))
    until curl -sf -o "$work/ready.json" "$url/health/ready"; do
        [ "$SECONDS" -lt "$deadline" ] || { echo "Not ready after two minutes:" >&2; cat "$work/service.log" >&2; return 1; }
        sleep 0.5
    done
}

# The admin key that the first start prints: in containers everybody may come along, so the service asks for keys.
first_key() { grep -oE 'fbs\.[a-z0-9]{24}\.[A-Za-z0-9_-]{43}' "$work/first-start.log" | head -n 1; }

classify() {
    curl -sf "$url/v1/classify" -H "Authorization: Bearer $FEEDBACKSERVICE_KEY" -H 'content-type: application/json' \
        -d '{"model":"from-the-container","input":"Where is my refund?","top_k":1}' | jq -c '[.model, .data[0].label, .data[0].score]'
}

run() {
    step "run by buildah: upload, validate, fine-tune, classify"
    local name
    rm -rf "$work/data" && install -d -o $user -g $user "$work/data"
    name=$(b from --pull-never "$image")
    # A volume that the image declares would hide the folder given here: buildah 1.28 mounts it last.
    b config --volume "/data-" "$name"
    mapfile -t entry < <(config 'Entrypoint[]')
    b run --isolation chroot --volume "$work/data:/data" --env "FEEDBACKSERVICE_URLS=http://*:$port" --env FEEDBACKSERVICE_SAMPLE_ON_FIRST_START=off \
        "$name" -- "${entry[@]}" >"$work/service.log" 2>&1 &
    started $!
    timed wait_ready
    mapfile -t health < <(config 'Healthcheck.Test[1:][]')
    b run --isolation chroot --env "FEEDBACKSERVICE_URLS=http://*:$port" "$name" -- "${health[@]}"
    echo "   without a key: $(curl -s -o "$work/refused.json" -w '%{http_code}' "$url/v1/models")"
    cp "$work/service.log" "$work/first-start.log"
    FEEDBACKSERVICE_KEY=$(first_key) FEEDBACKSERVICE_URL=$url
    export FEEDBACKSERVICE_KEY FEEDBACKSERVICE_URL
    timed samples/train-and-classify.sh samples/support-tickets/train.csv from-the-container "Where is my refund?"
    classify | tee "$work/first-answer"
    grep -E '^Vm(RSS|HWM)' "/proc/$(innermost "$starter")/status"
    stop
    b rm "$name" >/dev/null
}

restart() {
    step "restart on the same volume, as strict as docker-compose.yml"
    local name root
    name=$(b from --pull-never "$image")
    root=$(b mount "$name")
    mapfile -t entry < <(config 'Entrypoint[]')
    mapfile -t environment < <(config 'Env[]')
    # The outer unshare gives namespaces of its own for processes and mounts; the shell in it arranges the folders and
    # becomes the inner one, which becomes the service: process 1.
    env -i "${environment[@]}" PATH="$PATH" FEEDBACKSERVICE_URLS="http://*:$port" FEEDBACKSERVICE_SAMPLE_ON_FIRST_START=off \
        setpriv --no-new-privs unshare --mount --pid --fork --kill-child bash -c '
            set -e
            root=$1 data=$2 user=$3; shift 3
            mount --bind "$root" "$root"
            mount --bind "$data" "$root/data"
            mount --rbind /dev "$root/dev"
            mount -t tmpfs tmpfs "$root/tmp"
            mount -t proc proc "$root/proc"
            mount -o remount,bind,ro "$root"
            exec unshare --root="$root" --wd=/app --setgid="$user" --setuid="$user" "$@"' \
        bash "$root" "$work/data" $user "${entry[@]}" >"$work/service.log" 2>&1 &
    started $!
    timed wait_ready
    grep -E '^(Uid|NSpid|CapEff|NoNewPrivs)' "/proc/$(innermost "$starter")/status"
    FEEDBACKSERVICE_KEY=$(first_key)
    classify | tee "$work/second-answer"
    cmp "$work/first-answer" "$work/second-answer"
    echo "   the same answer by the model of the first run"
    stop
    b umount "$name" >/dev/null
    b rm "$name" >/dev/null
}

layers() { b inspect --type image "$1" | jq -r '.OCIv1.rootfs.diff_ids[]'; }

change() {
    step "one line of code changed"
    rm -rf "$work/changed" && mkdir "$work/changed"
    git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/changed"
    sed -i 's/FeedbackService listens on/FeedbackService now listens on/' "$work/changed/src/Api/Hosting/Banner.cs"
    if cmp -s src/Api/Hosting/Banner.cs "$work/changed/src/Api/Hosting/Banner.cs"; then echo "No line was changed." >&2; return 1; fi
    timed build "$work/changed" "$image:changed" --no-cache
    diff <(layers "$image") <(layers "$image:changed") || true
    local kept
    kept=$(comm -12 <(layers "$image" | sort) <(layers "$image:changed" | sort) | wc -l)
    echo "   layers that stayed: $kept of $(layers "$image" | wc -l)"
    [ "$kept" -eq $(($(layers "$image" | wc -l) - 1)) ]
}

sizes() {
    step "sizes"
    rm -rf "$work/pushed"
    b push --quiet "$image" "oci:$work/pushed:image"
    local manifest
    manifest=$(jq -r '.manifests[0].digest' "$work/pushed/index.json")
    paste <(layers "$image") \
        <(jq -r '.layers[].size' "$work/pushed/blobs/${manifest/://}") |
        while read -r diff pushed; do
            stored=$(jq -r --arg d "$diff" 'first(.[] | select(."diff-digest" == $d)) | ."diff-size"' "$work/storage/overlay-layers/layers.json")
            printf '%14s bytes stored %14s bytes pushed  %.19s\n' "$stored" "$pushed" "$diff"
        done
}

clean() {
    b rm --all >/dev/null
    b rmi --all --force >/dev/null
    rm -rf "$work"
}

[ $# -gt 0 ] || set -- base image run restart change sizes
for chosen in "$@"; do
    case $chosen in
        base | image | run | restart | change | sizes | clean) "$chosen" ;;
        *) echo "There is no step $chosen; the head of this file lists them." >&2; exit 1 ;;
    esac
done
