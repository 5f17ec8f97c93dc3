#!/bin/sh
# System packages that Anwang needs on Debian or Ubuntu; nothing happens where they are there.
#   ./prerequisites.sh            for running it
#   ./prerequisites.sh --tests    for its tests too: a browser and Chinese fonts for it
#   ./prerequisites.sh --films D  a real film for the demonstration's cameras into folder D (96 MB, without root)
set -eu

PATH=$PATH:/usr/sbin:/sbin
has() { command -v "$1" >/dev/null 2>&1; }

# The newest Python from 3.11 on that this machine has; answers nothing where there is none.
python() {
    for name in python3.11 python3 python3.12 python3.13 python3.14; do
        if has "$name" && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

# Packages for what is missing, one a line.
missing() {
    ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || echo postgis
    has redis-server || echo redis-server
    { has mosquitto && has mosquitto_passwd; } || echo mosquitto
    has mosquitto_pub || echo mosquitto-clients
    has ffmpeg || echo ffmpeg
    has espeak-ng || echo espeak-ng
    found=$(python)
    if [ -z "$found" ]; then
        echo python
    elif ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
        "$found" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
    fi
    if [ "${1:-}" = --tests ]; then
        { has chromium || has chromium-browser || has google-chrome; } || echo chromium
        ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 || echo fonts-noto-cjk
    fi
}

# Package names that this distribution has for `postgis` and `python`.
named() {
    for package in "$@"; do
        case $package in
            postgis)
                newest=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | cut -d' ' -f1 | sort -V | tail -n 1)
                echo "${newest:-postgresql-postgis}" ;;
            python)
                if [ -n "$(apt-cache search --names-only '^python3\.11-venv$')" ]; then
                    echo python3.11 python3.11-venv
                else
                    echo python3 python3-venv
                fi ;;
            chromium)
                if [ -n "$(apt-cache search --names-only '^chromium$')" ]; then echo chromium; else echo chromium-browser; fi ;;
            *) echo "$package" ;;
        esac
    done
}

# Packages come without a cluster and without services of their own: Anwang runs private ones.
install() {
    export DEBIAN_FRONTEND=noninteractive
    apt="apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120"
    policy=/usr/sbin/policy-rc.d
    clusters=/etc/postgresql-common/createcluster.conf
    trap 'restore' EXIT
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        made_policy=yes
    fi
    case " $* " in
        *" postgresql-"*)
            $apt postgresql-common
            if [ -z "$(ls /etc/postgresql 2>/dev/null)" ] && grep -q '^#create_main_cluster' "$clusters"; then
                sed -i 's/^#create_main_cluster.*/create_main_cluster = false # for now/' "$clusters"
            fi ;;
    esac
    $apt "$@"
    if [ -d /run/systemd/system ]; then
        for package in "$@"; do
            case $package in redis-server | mosquitto) systemctl disable --now "$package" ;; esac
        done
    fi
}

restore() {
    [ -z "${made_policy:-}" ] || rm -f "$policy"
    [ ! -e "$clusters" ] || sed -i 's/^create_main_cluster = false # for now/#create_main_cluster = true/' "$clusters"
}

# People on a campus path, out of Debian's opencv-doc; research use with credit, so it is fetched and never copied on.
# The demonstration goes on without it.
films() {
    folder=$1
    [ ! -e "$folder/vtest.avi" ] || return 0
    has apt-get && has dpkg-deb || return 0
    echo "Fetching a film for the demonstration's cameras (opencv-doc, 96 MB)"
    mkdir -p "$folder"
    scratch=$(mktemp -d)
    if (cd "$scratch" && apt-get download -qq opencv-doc) >/dev/null 2>&1 &&
        dpkg-deb --fsys-tarfile "$scratch"/opencv-doc_*.deb |
        tar -xO ./usr/share/doc/opencv-doc/examples/data/vtest.avi >"$scratch/vtest.avi" 2>/dev/null; then
        mv "$scratch/vtest.avi" "$folder/vtest.avi"
    else
        echo "It cannot be had here; the demonstration shows rendered films alone."
    fi
    rm -rf "$scratch"
}

if [ "${1:-}" = --films ]; then
    films "$2"
    exit 0
fi
if [ "${1:-}" = --python ]; then
    python
    exit 0
fi
if [ "${1:-}" = --install ]; then # as root: what follows are names from missing()
    shift
    apt-get update
    # shellcheck disable=SC2046 # one package a word
    install $(named "$@")
    exit 0
fi

wanted=$(missing "${1:-}")
[ -n "$wanted" ] || exit 0
# shellcheck disable=SC2086 # one package a word
set -- $wanted
if ! has apt-get; then
    echo "Missing: $*. This script knows Debian and Ubuntu; install these, PostgreSQL with PostGIS, by hand." >&2
    exit 1
fi
echo "System packages to install: $*"
if [ "$(id -u)" = 0 ]; then
    "$0" --install "$@"
elif has sudo && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then
    sudo "$0" --install "$@"
else
    echo "These need root. Run this, then try again:" >&2
    # shellcheck disable=SC2046
    echo "  apt-get update && apt-get install -y --no-install-recommends" $(named "$@") >&2
    exit 1
fi
wanted=$(missing)
[ -z "$wanted" ] || { echo "Still missing: $wanted" >&2; exit 1; }
