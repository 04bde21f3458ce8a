# SPDX-License-Identifier: Apache-2.0
# build.sh - build a tree. Sourced by bash scripts.

# build_tree SOURCE BUILD-DIR LOG [TARGETS --] MESON-OPTIONS... - configure once, then bring the targets up to
# date (none named: everything). One line on failure; the log says the rest.
build_tree() {
        local source=$1 dir=$2 log=$3 targets=()
        shift 3
        case " $* " in
        *" -- "*)
                while [ "$1" != -- ]; do
                        targets+=("$1")
                        shift
                done
                shift
                ;;
        esac
        if ! { { [ -f "$dir/build.ninja" ] || meson setup "$dir" "$source" "$@"; } &&
                meson compile -C "$dir" "${targets[@]}"; } >"$log" 2>&1; then
                echo "the build in $dir failed: $(grep -m 1 -E 'error:|ERROR|FAILED' "$log" ||
                        tail -n 1 "$log") (all of it: $log)" >&2
                return 1
        fi
        # sudo built it; the files belong to whoever the checkout belongs to.
        [ -z "${SUDO_UID:-}" ] || chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$dir"
}
