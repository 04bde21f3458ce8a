# SPDX-License-Identifier: Apache-2.0
# includes.awk -v file=PATH PATH - offences of one file's #include lines.
# A line "?PATH:LINE: TARGET" asks the caller whether TARGET exists.

function starts(text, prefix)
{
        return substr(text, 1, length(prefix)) == prefix
}

function offence(rule, what)
{
        print file ":" FNR ": " rule ": " what
}

# May `file` include `target`, a path from the root?
function allowed(target)
{
        if (starts(file, "tests/"))
                return 1
        if (starts(target, "tests/"))
                return 0
        if (starts(file, "bench/"))
                return 1
        if (starts(target, "bench/"))
                return 0
        if (starts(file, "parser/"))
                return starts(target, "parser/")
        if (starts(file, "control/contract/"))
                return starts(target, "control/contract/")
        if (starts(target, "parser/") || starts(target, "control/contract/"))
                return 1
        if (starts(file, "dataplane/"))
                return starts(target, "dataplane/")
        if (starts(file, "control/"))
                return starts(target, "control/")
        return 0
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
        quoted = $0 ~ /^[ \t]*#[ \t]*include[ \t]*"/
        target = $0
        sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", target)
        sub(/[>"].*$/, "", target)
        name = target
        sub(/^.*\//, "", name)

        if (quoted) {
                if (target !~ /\// || target ~ /(^|\/)\.\.?\//)
                        offence("root", "\"" target "\" is not written from the root")
                else {
                        print "?" file ":" FNR ": " target
                        if (!allowed(target))
                                offence("depends", "may not include " target)
                }
        } else if (target ~ /^(parser|control|dataplane|tests|bench)\//)
                offence("root", "<" target "> is ours: use quotes")

        if (name ~ /^rte_/ && file !~ /^(dataplane\/|tests\/dataplane\/|tests\/bench\/|bench\/)/ &&
            file !~ /^tests\/fuzz\/.*dataplane/)
                offence("dpdk", target " outside dataplane/")
        if (name ~ /^hs(_[a-z]+)?\.h$/ && file !~ /^(parser\/match\/|tests\/parser\/|bench\/)/)
                offence("hyperscan", target " outside parser/match/")
}
