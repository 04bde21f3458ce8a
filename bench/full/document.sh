# SPDX-License-Identifier: Apache-2.0
# document.sh - the rows of a full report. Sourced by bench/full_report; bash. Everything is gathered in
# $tmp: sections.jsonl, rows.jsonl (of the section that is open), doubts, left_out.jsonl, ratios.jsonl.

open_section= open_title= open_command= open_curve=null

# section NAME TITLE COMMAND - ends the section before and begins one; NAME "" only ends.
section() {
        if [ -n "$open_section" ] && [ -s "$tmp/rows.jsonl" ]; then
                jq -cn --arg name "$open_section" --arg title "$open_title" --arg command "$open_command" \
                        --argjson curve "$open_curve" --slurpfile rows "$tmp/rows.jsonl" \
                        '{name: $name, title: $title, command: $command, rows: $rows} +
                        (if $curve == null then {} else {curve: $curve} end)' >>"$tmp/sections.jsonl"
        fi
        open_section=$1 open_title=${2:-} open_command=${3:-} open_curve=null
        : >"$tmp/rows.jsonl"
        [ -z "$1" ] || echo "$(elapsed) s: $2" >&2
}

elapsed() {
        echo $(($(date +%s) - began))
}

# row WHAT VALUE UNIT [BESIDE BESIDE_VALUE [TARGET LEAST]] - the ratio is VALUE / BESIDE_VALUE. LEAST: what
# the ratio must reach, or without BESIDE the value; "<X" for no more than X.
row() {
        jq -cn --arg what "$1" --arg value "$2" --arg unit "$3" --arg beside "${4:-}" --arg other "${5:-}" \
                --arg target "${6:-}" --arg least "${7:-}" '
                def number: if . == "" then null else (tonumber? // .) end;
                ($value | number) as $v | ($other | number) as $o |
                (if ($v | type) == "number" and ($o | type) == "number" and $o > 0 then $v / $o else null end) as $r |
                (if $beside == "" then $v else $r end) as $judged |
                {what: $what, value: $v, unit: $unit, beside: (if $beside == "" then null else $beside end),
                 beside_value: $o, ratio: $r, target: (if $target == "" then null else $target end),
                 met: (if $least == "" or ($judged | type) != "number" then null
                       elif $least[0:1] == "<" then $judged <= ($least[1:] | tonumber)
                       else $judged >= ($least | tonumber) end)}' >>"$tmp/rows.jsonl"
}

# ratio NAME A B - for sluice-bench compare; higher is better.
ratio() {
        jq -cn --arg name "$1" --arg a "$2" --arg b "$3" \
                '(($a | tonumber? // 0) / (($b | tonumber? // 0) | if . == 0 then infinite else . end)) as $r |
                if $r > 0 then {($name): $r} else {} end' >>"$tmp/ratios.jsonl"
}

left_out() { # WHAT WHY
        jq -cn --arg what "$1" --arg why "$2" '{what: $what, why: $why}' >>"$tmp/left_out.jsonl"
        echo "  left out: $1: $2" >&2
}

doubts_of() { # WHAT FILE.json: what a run of sluice-bench says against itself
        jq -r --arg what "$1" '.result.verdict.doubts // [] | .[] | $what + ": " + .' "$2" >>"$tmp/doubts" 2>/dev/null || true
}

said() { # FILE.json FILTER: a number or "-"
        jq -r "$2 // \"-\"" "$1" 2>/dev/null || echo -
}

cpu_times() { # the line of all CPUs: all of the time, and what the hypervisor took
        awk '$1 == "cpu" { for (i = 2; i <= 9; i++) all += $i; print all, $9 }' /proc/stat
}

# document KIND-OF-RUN - the whole, on standard output. The fingerprint is that of the first run.
document() {
        local steal
        section ""
        steal=$(echo "$cpu_before $(cpu_times)" | awk '{ print ($3 > $1 ? ($4 - $2) / ($3 - $1) : 0) }')
        awk -v s="$steal" 'BEGIN { exit !(s > 0.01) }' &&
                printf 'all of it: the hypervisor took %s of the CPUs\n' "$steal" >>"$tmp/doubts"
        [ "$1" = whole ] || echo "all of it: a short run, that tries the report and measures nothing" >>"$tmp/doubts"
        touch "$tmp/left_out.jsonl" "$tmp/ratios.jsonl" "$tmp/doubts" "$tmp/micro.json"
        jq -n --slurpfile first "$tmp/first.json" --slurpfile sections "$tmp/sections.jsonl" \
                --slurpfile left "$tmp/left_out.jsonl" --slurpfile ratios "$tmp/ratios.jsonl" \
                --slurpfile micro "$tmp/micro.json" --rawfile doubts "$tmp/doubts" --argjson seconds "$(elapsed)" \
                --argjson steal "$steal" --arg command "$command_line" '
                ($doubts | split("\n") | map(select(. != "")) | unique) as $d |
                {schema: "sluice-bench/1", kind: "full",
                 fingerprint: ($first[0].fingerprint + {command: [$command]}), seconds: $seconds,
                 noise: {steal: $steal, spin_lost: ([$first[0].result.noise.spin[]?.lost_share] | max // 0)},
                 verdict: {trusted: ($d | length == 0), doubts: $d},
                 sections: $sections, left_out: $left, ratios: ($ratios | add // {}),
                 micro: ($micro[0].micro // [])}'
}
