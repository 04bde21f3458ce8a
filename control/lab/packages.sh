# SPDX-License-Identifier: Apache-2.0
# packages.sh - what a Debian 12 machine needs, and how it gets it. Sourced by bash scripts.
#
# packages_need GROUP... installs what is missing of the groups and is silent when nothing is. It
# fails with one line that says what to type. A service that a package brings (Kamailio's) is not
# started: the lab runs its own, inside its namespaces.

packages_of() {
        case $1 in
        build)
                echo meson ninja-build python3 pkg-config gcc g++ libc6-dev libdpdk-dev libcyaml-dev libyaml-dev \
                        libjansson-dev libuv1-dev libsqlite3-dev libpcap-dev libhyperscan-dev \
                        libssl-dev libpcre2-dev libexpat1-dev libbenchmark-dev libcmocka-dev
                ;;
        lab) echo sip-tester iproute2 ethtool jq util-linux procps dpdk ;;
        kamailio) echo kamailio ;;
        test)
                echo clang libclang-rt-14-dev afl++ valgrind dpdk-dev libsimde-dev gcovr tshark libndpi-bin tcpdump tcpreplay libfaketime mandoc chromium \
                        iputils-ping git nftables kamailio-sqlite-modules sipvicious baresip-core libosip2-dev libsofia-sip-ua-dev libre-dev
                ;;
        *)
                echo "packages.sh: no group $1" >&2
                return 1
                ;;
        esac
}

packages_missing() {
        local group name
        for group in "$@"; do
                for name in $(packages_of "$group"); do
                        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] ||
                                echo "$name"
                done
        done
}

packages_need() {
        local missing log guard=
        command -v dpkg-query >/dev/null || {
                echo "no dpkg here: install by hand what control/lab/packages.sh lists" >&2
                return 1
        }
        missing=$(packages_missing "$@" | sort -u | tr '\n' ' ')
        [ -n "$missing" ] || return 0
        if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
                echo "missing packages; as root: apt-get install $missing" >&2
                return 1
        fi
        echo "installing: $missing"
        log=$(mktemp)
        if [ ! -e /usr/sbin/policy-rc.d ]; then
                guard=/usr/sbin/policy-rc.d
                printf '#!/bin/sh\nexit 101\n' >"$guard"
                chmod 755 "$guard"
        fi
        # shellcheck disable=SC2086 # a list of names
        if ! { DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing ||
                { apt-get update && DEBIAN_FRONTEND=noninteractive \
                        apt-get install -y --no-install-recommends $missing; }; } >"$log" 2>&1; then
                [ -z "$guard" ] || rm -f "$guard"
                echo "apt-get could not install $missing:" \
                        "$(grep '^E:' "$log" | head -n 1) (all of it: $log)" >&2
                return 1
        fi
        [ -z "$guard" ] || rm -f "$guard"
        rm -f "$log"
}
