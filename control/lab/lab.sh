# SPDX-License-Identifier: Apache-2.0
# lab.sh - a lab of three network namespaces on one machine. Sourced by bash scripts; needs root.
#
#     sluice-out             sluice-dp                    sluice-in
#     198.51.100.10, .66     sluice-dataplane             198.51.100.20
#     fd00:5::10     wire ======= outside | inside ======= wire   fd00:5::20
#
# The dataplane owns both ends in the middle and has no address; sluice-control runs outside the
# namespaces as the user nobody. Several labs live side by side under different ids.
#
# LAB_DEVICE=af_xdp: DPDK gets at the interfaces by XDP sockets, which cost less; af_packet unless told.
# LAB_PATIENCE_MS: so long a message is held for control's answer, and nothing is shed; else as the dataplane does.
#
# lab_init ID comes first and sets the names; lab_up and lab_down make and remove everything that
# belongs to the id; a function that fails prints one line and returns 1.

lab_init() {
        local suffix=${1:+-$1}
        LAB_ID=${1:-}
        LAB_OUT=sluice-out$suffix
        LAB_DP=sluice-dp$suffix
        LAB_IN=sluice-in$suffix
        LAB_RUN=/run/sluice-lab$suffix     # configuration, logs, results; root's
        LAB_SOCK=$LAB_RUN/sluice           # sockets and the event file; sluice-control's
        LAB_LIB=/var/lib/sluice-lab$suffix # sluice-control's state, and the programs in use
        LAB_PREFIX=sluice-lab$suffix       # DPDK's --file-prefix
        LAB_YAML=$LAB_RUN/sluice.yaml
        LAB_USER=nobody
        LAB_CALLER=198.51.100.10
        LAB_SCANNER=198.51.100.66
        LAB_PBX=198.51.100.20
        LAB_CALLER6=fd00:5::10
        LAB_PBX6=fd00:5::20
        LAB_HUGE_PAGES=256 # of 2 MiB; the packet pools take less than half
        # Of the kernel's ring before each port, which drops and does not say so: some seconds of a
        # lab's traffic, for a machine that stands still now and then. The default of DPDK is 512.
        LAB_FRAMES=${LAB_FRAMES:-4096}
}

lab_fail() {
        echo "lab: $*" >&2
        return 1
}

# lab_until SECONDS COMMAND... - try every 20 ms until it succeeds; fails after SECONDS of trying. One try counts
# for half a second at most, for while the machine stands still nothing can come to pass.
lab_until() {
        local left=$((${1%.*} * 1000000)) last now
        shift
        last=$(lab_us)
        until "$@"; do
                [ "$left" -gt 0 ] || return 1
                sleep 0.02
                now=$(lab_us)
                left=$((left - (now - last < 500000 ? now - last : 500000)))
                last=$now
        done
}

lab_us() { # microseconds since some time
        echo "${EPOCHREALTIME/[^0-9]/}"
}

# Has the kernel XDP sockets (AF_XDP is 44)?
xdp_sockets() {
        python3 -c 'import socket; socket.socket(44, socket.SOCK_RAW)' 2>/dev/null
}

lab_check() {
        local tool
        [ "$(id -u)" -eq 0 ] || lab_fail "network namespaces need root: run it with sudo" || return 1
        for tool in ip ethtool sipp jq setpriv setsid; do
                command -v "$tool" >/dev/null || lab_fail "$tool is missing" || return 1
        done
        ip netns add "sluice-try-$$" 2>/dev/null ||
                lab_fail "this machine refuses network namespaces (no CAP_SYS_ADMIN?)" || return 1
        ip netns del "sluice-try-$$"
}

# ---- huge pages: each lab adds its own and takes them away again ----

# Leaves the memory arguments of EAL in $LAB_RUN/eal-memory: without huge pages if it must be.
lab_huge_up() {
        local file=/proc/sys/vm/nr_hugepages before after
        echo '"--no-huge", "-m", "512"' >"$LAB_RUN/eal-memory"
        [ "${LAB_HUGE:-auto}" != no ] || return 0
        [ "$(awk '/Hugepagesize/ { print $2 }' /proc/meminfo)" = 2048 ] && [ -w "$file" ] || return 0
        exec 8>/run/sluice-lab.lock
        flock 8
        before=$(cat "$file")
        echo $((before + LAB_HUGE_PAGES)) >"$file" 2>/dev/null || true
        after=$(cat "$file")
        echo $((after - before)) >"$LAB_RUN/huge-pages-added"
        exec 8>&-
        [ $((after - before)) -eq "$LAB_HUGE_PAGES" ] || return 0
        mkdir -p "$LAB_RUN/huge"
        mount -t hugetlbfs -o pagesize=2M none "$LAB_RUN/huge" 2>/dev/null || return 0
        echo "\"--huge-dir\", \"$LAB_RUN/huge\"" >"$LAB_RUN/eal-memory"
}

lab_huge_down() {
        local file=/proc/sys/vm/nr_hugepages added left
        if mountpoint -q "$LAB_RUN/huge" 2>/dev/null; then
                umount "$LAB_RUN/huge"
        fi
        [ -f "$LAB_RUN/huge-pages-added" ] || return 0
        added=$(cat "$LAB_RUN/huge-pages-added")
        exec 8>/run/sluice-lab.lock
        flock 8
        left=$(($(cat "$file") - added))
        [ "$left" -ge 0 ] || left=0
        [ "$added" -eq 0 ] || echo "$left" >"$file"
        exec 8>&-
        rm -f "$LAB_RUN/huge-pages-added"
}

# ---- the wires ----

lab_end() { # NAMESPACE DEVICE: what every end of a wire needs
        # A veth leaves checksums to a NIC that is not there, and joins packets that were not one.
        ip netns exec "$1" ethtool -K "$2" tx off rx off gro off gso off tso off >/dev/null 2>&1 ||
                lab_fail "ethtool could not turn offload off on $2 in $1" || return 1
        ip -n "$1" link set "$2" mtu 1500 up
}

lab_wires() {
        local ns
        for ns in "$LAB_OUT" "$LAB_DP" "$LAB_IN"; do
                ip netns add "$ns" || return 1
                ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
                        net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.autoconf=0 \
                        net.ipv6.conf.default.accept_ra=0
                ip -n "$ns" link set lo up
        done
        ip netns exec "$LAB_DP" sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv4.ip_forward=0
        ip link add wire netns "$LAB_OUT" type veth peer name outside netns "$LAB_DP" || return 1
        ip link add wire netns "$LAB_IN" type veth peer name inside netns "$LAB_DP" || return 1
        ip -n "$LAB_OUT" address add $LAB_CALLER/24 dev wire
        ip -n "$LAB_OUT" address add $LAB_SCANNER/24 dev wire
        ip -n "$LAB_OUT" address add $LAB_CALLER6/64 dev wire nodad
        ip -n "$LAB_IN" address add $LAB_PBX/24 dev wire
        ip -n "$LAB_IN" address add $LAB_PBX6/64 dev wire nodad
        ip -n "$LAB_DP" link set outside arp off promisc on
        ip -n "$LAB_DP" link set inside arp off promisc on
        lab_end "$LAB_OUT" wire && lab_end "$LAB_IN" wire &&
                lab_end "$LAB_DP" outside && lab_end "$LAB_DP" inside
}

lab_up() {
        lab_check || return 1
        lab_down
        mkdir -p "$LAB_RUN" "$LAB_LIB/bin"
        install -d -o $LAB_USER -m 755 "$LAB_SOCK" "$LAB_LIB/state"
        lab_wires || lab_fail "could not lay the wires" || return 1
        lab_huge_up
        lab_config
}

lab_down() {
        local ns pid
        lab_stop control
        lab_stop dataplane
        for ns in "$LAB_OUT" "$LAB_DP" "$LAB_IN"; do
                [ -e "/run/netns/$ns" ] || continue
                for pid in $(ip netns pids "$ns"); do
                        kill -KILL "$pid" 2>/dev/null || true
                done
                lab_until 20 lab_ns_empty "$ns" || true
                ip netns del "$ns"
        done
        lab_huge_down
        rm -rf "$LAB_RUN" "$LAB_LIB" "/run/dpdk/$LAB_PREFIX"
}

lab_ns_empty() {
        [ -z "$(ip netns pids "$1")" ]
}

# ---- configuration ----

# lab_device NUMBER INTERFACE - how DPDK gets at an interface: by LAB_DEVICE, af_packet or af_xdp.
lab_device() {
        case ${LAB_DEVICE:-af_packet} in
        af_packet) echo "net_af_packet$1,iface=$2,framecnt=$LAB_FRAMES" ;;
        # Busy polling, which is on unless told otherwise, hears nothing on a veth.
        af_xdp) echo "net_af_xdp$1,iface=$2,busy_budget=0" ;;
        *) lab_fail "no device $LAB_DEVICE (LAB_DEVICE: af_packet, af_xdp)" ;;
        esac
}

# lab_config [POLICY-FILE [DATAPLANE-FILE]] - write sluice.yaml; the files hold the indented keys of
# the section `policy` and further ones of `dataplane`. LAB_MODE: the mode, if not inline. LAB_ARMS=1:
# without the interface inside.
lab_config() {
        {
                cat <<YAML
dpdk:
  eal-params: [$(cat "$LAB_RUN/eal-memory"), "--file-prefix", "$LAB_PREFIX"]
  interfaces:
    - interface: "$(lab_device 0 outside)"
      role: outside
YAML
                [ "${LAB_ARMS:-2}" -eq 1 ] || cat <<YAML
    - interface: "$(lab_device 1 inside)"
      role: inside
YAML
                cat <<YAML

dataplane:
  mode: ${LAB_MODE:-inline}
  socket: $LAB_SOCK/dataplane.sock
YAML
                [ -z "${LAB_PATIENCE_MS:-}" ] ||
                        printf '  decision-deadline-ms: %s\n  shedding: {mode: off}\n' "$LAB_PATIENCE_MS"
                [ -z "${2:-}" ] || cat "$2"
                cat <<YAML

control:
  socket: $LAB_SOCK/control.sock
  dataplanes: [$LAB_SOCK/dataplane.sock]
  state-dir: $LAB_LIB/state
  eve-file: $LAB_SOCK/eve.json
YAML
                [ -z "${1:-}" ] || { printf '\npolicy:\n' && cat "$1"; }
        } >"$LAB_YAML.new"
        mv "$LAB_YAML.new" "$LAB_YAML"
}

# ---- the processes ----

# lab_programs BUILD-DIR - find the three programs of a build and take a copy that nobody may run,
# wherever the checkout is.
lab_programs() {
        local name path
        for name in sluice-dataplane sluice-control sluicectl; do
                path=$(find "$1" -type f -name "$name" -perm -u+x | head -n 1)
                [ -n "$path" ] || lab_fail "no $name under $1" || return 1
                install -m 755 "$path" "$LAB_LIB/bin/$name.new"
                mv "$LAB_LIB/bin/$name.new" "$LAB_LIB/bin/$name"
        done
}

lab_start_dataplane() {
        # A dataplane that was killed leaves its XDP program, with which no other starts.
        [ "${LAB_DEVICE:-af_packet}" != af_xdp ] || {
                ip -n "$LAB_DP" link set outside xdp off
                ip -n "$LAB_DP" link set inside xdp off
        }
        setsid ip netns exec "$LAB_DP" "$LAB_LIB/bin/sluice-dataplane" -- --config "$LAB_YAML" \
                </dev/null >>"$LAB_RUN/dataplane.log" 2>&1 &
        echo $! >"$LAB_RUN/dataplane.pid"
        disown # it outlives this shell
}

lab_start_control() {
        setsid setpriv --reuid $LAB_USER --regid nogroup --clear-groups --inh-caps=-all --no-new-privs \
                "$LAB_LIB/bin/sluice-control" --config "$LAB_YAML" \
                </dev/null >>"$LAB_RUN/control.log" 2>&1 &
        echo $! >"$LAB_RUN/control.pid"
        disown # it outlives this shell
}

lab_pid() { # dataplane | control: its process id while it lives
        local pid
        pid=$(cat "$LAB_RUN/$1.pid" 2>/dev/null) || return 1
        # An id may be used again; a name of ours may not.
        case $(cat "/proc/$pid/comm" 2>/dev/null) in
        sluice-*) echo "$pid" ;;
        ip | setpriv | setsid | bash) echo "$pid" ;; # on its way to exec
        *) return 1 ;;
        esac
}

# A killed process is gone when its last thread is: the first may be a zombie while others still hold
# what the next start needs (EAL's locks, huge pages).
lab_gone() {
        [ -e "/proc/$1" ] || return 0
        [ "$(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null)" = Z ] &&
                [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -le 1 ]
}

lab_stop() { # dataplane | control [SIGNAL]
        local pid
        pid=$(lab_pid "$1") || return 0
        kill "-${2:-TERM}" "$pid" 2>/dev/null || true
        lab_until 20 lab_gone "$pid" || {
                kill -KILL "$pid" 2>/dev/null || true
                lab_until 20 lab_gone "$pid" || true
        }
        rm -f "$LAB_RUN/$1.pid"
}

lab_ctl() {
        "$LAB_LIB/bin/sluicectl" --socket "$LAB_SOCK/control.sock" "$@"
}

lab_attached() {
        [ "$(lab_ctl --json status 2>/dev/null | jq -r '.dataplanes[0].attached' 2>/dev/null)" = true ]
}

lab_detached() {
        ! lab_attached
}

# Both processes, and the moment when decisions can be had.
lab_start() {
        lab_start_dataplane
        lab_start_control
        lab_until 20 lab_attached && return 0
        lab_pid dataplane >/dev/null ||
                lab_fail "sluice-dataplane did not start: $(tail -n 1 "$LAB_RUN/dataplane.log")" || return 1
        lab_pid control >/dev/null ||
                lab_fail "sluice-control did not start: $(tail -n 1 "$LAB_RUN/control.log")" || return 1
        lab_fail "sluice-control did not attach within 20 s (logs in $LAB_RUN)"
}

# lab_counter FILTER - a number out of `sluicectl stats`, e.g. .dropped.scanner; 0 when absent.
lab_counter() {
        lab_ctl --json stats | jq -r "[.dataplanes[].total | $1 // 0] | add // 0"
}

# Every packet is accounted for, now?
lab_exact() {
        [ "$(lab_ctl --json status | jq -r '[.dataplanes[].conservation.exact] | length > 0 and all')" = true ]
}
