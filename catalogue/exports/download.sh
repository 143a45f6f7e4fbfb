#!/bin/sh
# Downloads data cubes into the current folder. Needs curl. Run it again to go on where it was stopped: files that are
# whole are left alone, files that are cut short are completed.
#
#   sh download.sh
#
# For restricted files set a token of your account, which never appears on a command line:
#
#   SOLAR_ARCHIVE_TOKEN=... sh download.sh

set -u
failed=0
whole=0

case "${SOLAR_ARCHIVE_TOKEN:-}" in
*[!A-Za-z0-9._-]*)
    echo "SOLAR_ARCHIVE_TOKEN must hold only the token." >&2
    exit 2
    ;;
esac

refused() { # name reason
    echo "$1: $2" >&2
    failed=$((failed + 1))
}

size_of() {
    if [ -f "$1" ]; then wc -c <"$1" | tr -d ' '; else echo 0; fi
}

fetch() { # url part
    if [ -n "${SOLAR_ARCHIVE_TOKEN:-}" ]; then
        printf 'header = "Authorization: Token %s"\n' "$SOLAR_ARCHIVE_TOKEN"
    fi | curl --config - --globoff --fail --silent --show-error --retry 5 --connect-timeout 30 --speed-limit 1 --speed-time 60 \
        --continue-at - --output "$2" "$1"
}

download() { # name size url
    if [ "$(size_of "$1")" = "$2" ]; then
        whole=$((whole + 1))
        return
    fi
    part="$1.part"
    if [ "$(size_of "$part")" -gt "$2" ]; then rm -f "./$part"; fi
    echo "$1 ($2 bytes)"
    if [ "$(size_of "$part")" != "$2" ] && ! fetch "$3" "$part"; then
        refused "$1" "The download failed; run the script again."
    elif [ "$(size_of "$part")" != "$2" ]; then
        refused "$1" "The file has $(size_of "$part") bytes, not $2: it was exported again. Make a new script."
    else
        mv "./$part" "./$1" && whole=$((whole + 1))
    fi
}

restricted() { # name size url reason
    if [ -n "${SOLAR_ARCHIVE_TOKEN:-}" ]; then download "$1" "$2" "$3"; else refused "$1" "$4"; fi
}

finish() {
    echo "$whole files are whole, $failed are not."
    [ "$failed" -eq 0 ]
}

