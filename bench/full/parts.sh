# SPDX-License-Identifier: Apache-2.0
# parts.sh - the parts of a full report that programs of their own measure. Sourced by bench/full_report; bash.

# The edge: proxy and registrar beside Kamailio, by the program that measures just that.
part_edge() {
        local program=$root/bench/edge/beside_kamailio what rounds=1 seconds=3
        [ -x "$program" ] || { left_out "the edge beside Kamailio" "no bench/edge/beside_kamailio"; return 0; }
        command -v kamailio >/dev/null || { left_out "the edge beside Kamailio" "package kamailio is not installed"; return 0; }
        [ "$size" = whole ] || seconds=1
        section edge "The edge beside Kamailio, for each second of CPU time" "bench/edge/beside_kamailio BUILD_DIR $rounds $seconds"
        "$program" "$build" $rounds $seconds >"$tmp/edge.txt" 2>"$tmp/edge.err" ||
                left_out "part of the edge beside Kamailio" "$(tail -n 1 "$tmp/edge.err")"
        # Two tables: a title that says what is counted, then rounds.
        awk '/sluice: / { what = $2 } /^[0-9]/ { print what, $2, $5 }' "$tmp/edge.txt" >"$tmp/edge.rows"
        while read -r what ours theirs; do
                row "$what" "$ours" "a second of CPU time" Kamailio "$theirs"
                ratio "edge_$what" "$ours" "$theirs"
        done <"$tmp/edge.rows"
}

of_chain() { # FILE.json BENCHMARK COUNTER FACTOR
        said "$1" "[.benchmarks[] | select(.name == \"$2/manual_time\" and .error_occurred != true) | .[\"$3\"] * $4][0]"
}

# Cycles a packet takes through all stages, by bench_chain; the bare loop and testpmd on the same devices.
part_chain() {
        local json=$tmp/chain.json bare name
        section chain "The chain, cycles a packet on one core" "bench_chain; bench/dataplane/beside_testpmd"
        taskset -c "$last_cpu" "$build/bench/dataplane/bench_chain" --benchmark_format=json \
                --benchmark_min_time="$([ "$size" = whole ] && echo 0.5 || echo 0.01)" >"$json" 2>"$tmp/chain.err" ||
                { left_out "the chain" "$(tail -n 1 "$tmp/chain.err")"; return 0; }
        bare=$(said "$json" '[.benchmarks[] | select(.name | startswith("bare_ring")) | ."cycles/packet"][0]')
        while read -r name cycles; do
                row "$name" "$cycles" "cycles a packet" "bare_ring" "$bare"
        done < <(jq -r '.benchmarks[] | select(.error_occurred != true) | "\(.name | rtrimstr("/manual_time")) \(."cycles/packet")"' "$json")
        row "packets of banned sources, net_null, one core" "$(of_chain "$json" chain_banned/null Mpps 1e6)" "a second" "" "" "10 M" 10000000
        row "INVITEs of new calls, the whole firewall, one core" "$(of_chain "$json" chain_invite/firewall Mpps 1e6)" "a second" "" "" "2.5 M" 2500000
        row "of their time the device" "$(of_chain "$json" chain_invite/firewall ns/packet_device 1)" ns
        row "of their time the parser" "$(of_chain "$json" chain_invite/firewall ns/packet_parser 1)" ns
        if [ "$size" = whole ] && command -v dpdk-testpmd >/dev/null; then
                read -r _ pmd _ _ _ ours _ < <("$root/bench/dataplane/beside_testpmd" "$build" 1 | tail -n 1) || true
                row "chain_null" "${ours:-}" "ns a packet" "dpdk-testpmd io" "${pmd:-}"
        fi
}

# Each benchmark beside the limit or the peer of its program.
part_micro() {
        local directories=()
        section micro "Micro benchmarks beside limits and peers" "sluice-bench micro --filter ..."
        for part in parser contract dataplane rules; do
                [ ! -d "$build/bench/$part" ] || directories+=("$build/bench/$part")
        done
        timeout 240 "$bench" micro "${directories[@]}" --filter "$micro_filter" --json "$tmp/micro.json" >"$tmp/micro.txt" 2>"$tmp/micro.err" ||
                { left_out "micro benchmarks" "$(tail -n 1 "$tmp/micro.err")"; return 0; }
        # Beside it stands the limit of the same program whose name ends the same, or else its dearest limit.
        jq -r 'def of: .name | split(" "); def tail: of[1] | split("/") | .[1:] | join("/");
                [.micro[] | select(.error | not)] | group_by(of[0])[] | . as $all |
                [.[] | select(of[1] | test("^(limit|memory|line_bounce|memcpy)"))] as $limits |
                $all[] | . as $row |
                ([$limits[] | select(.name != $row.name)] |
                        ([.[] | select(tail == ($row | tail))] | first) // (sort_by(.ns) | last)) as $limit |
                ($limits | any(.name == $row.name)) as $is_limit |
                [$row.name, $row.ns] + (if $is_limit or $limit == null then ["", ""] else [($limit | of[1]), $limit.ns] end) | @tsv' \
                "$tmp/micro.json" >"$tmp/micro.rows"
        tr '\t' '|' <"$tmp/micro.rows" >"$tmp/micro.fields" # read takes two tabs for one
        while IFS='|' read -r name ns limit limit_ns; do
                row "$name" "$ns" ns "$limit" "$limit_ns"
        done <"$tmp/micro.fields"
        for peer in osip2 sofia re; do
                ratio "parse_to_$peer" "$(micro_ns "peer/$peer/")" "$(micro_ns "parse/avx2/")"
        done
        ratio mark_to_parse "$(micro_ns limit/mark/)" "$(micro_ns "parse/avx2/")"
}

micro_ns() { # BEGINNING OF A NAME
        said "$tmp/micro.json" "[.micro[] | select(.name | startswith(\"bench_parse $1\")) | .ns] | min"
}

# readme_put TABLES FILE - between its two marks.
readme_put() {
        awk -v tables="$1" '/^<!-- full report: end -->$/ { off = 0 } !off { print }
                /^<!-- full report: begin -->$/ { off = 1; print ""; while ((getline line < tables) > 0) print line; print "" }' \
                "$2" >"$2.new"
        cat "$2.new" >"$2"
        rm -f "$2.new"
}
