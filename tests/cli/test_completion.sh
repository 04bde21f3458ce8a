#!/bin/bash
# The completion script, as bash uses it: set the line, call the function, look at the offers.
set -u
ctl=$1
failed=0

eval "$("$ctl" completion bash)" || exit 1

# offers WORD... - what is offered for the last word
offers() {
        COMP_WORDS=(sluicectl "$@")
        COMP_CWORD=$#
        COMPREPLY=()
        _sluicectl
        [ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr '\n' ' '
}

expect() { # WANT WORD...
        local want=$1 got
        shift
        got=$(offers "$@")
        if [ "$got" = "$want" ]; then
                echo "ok - $*"
        else
                echo "not ok - $*: offers '$got', not '$want'"
                failed=1
        fi
}

expect 'stats status ' sta
expect 'ban ' b
expect 'add export import lift list why ' ban ''
expect '--ttl ' ban add --t
expect '--ttl ' ban add 192.0.2.1 --t
expect '' ban add --ttl 1
expect 'lift list ' --json ban li
expect 'ban ' -s /run/x ba
expect 'doctor ' help do
expect 'bash ' completion b
expect '--drops ' events -f --d

cd "$(mktemp -d)" || exit 1
touch one.sip
expect 'one.sip ' parse o
expect 'one.sip ' --config o
rm -f one.sip
rmdir "$PWD"
exit $failed
