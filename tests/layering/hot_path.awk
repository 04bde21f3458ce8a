# SPDX-License-Identifier: Apache-2.0
# hot_path.awk -v file=PATH PATH - calls that a packet must never cause.
#
# Relies on the house format: a function's name stands in a line that begins in column 1, its body
# between a brace alone in column 1 and the next one. Comments and strings are blanked first.

function blank(line,    out, rest, at)
{
        out = ""
        while (line != "") {
                if (in_comment) {
                        at = index(line, "*/")
                        if (at == 0)
                                return out
                        line = substr(line, at + 2)
                        in_comment = 0
                        continue
                }
                if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|'([^'\\]|\\.)'/) == 0)
                        return out line
                out = out substr(line, 1, RSTART - 1)
                rest = substr(line, RSTART, RLENGTH)
                line = substr(line, RSTART + RLENGTH)
                if (rest == "//")
                        return out
                if (rest == "/*")
                        in_comment = 1
                else
                        out = out " "
        }
        return out
}

{
        code = blank($0)
}

code ~ /^[A-Za-z_].*\(/ && body == 0 {
        head = code
        sub(/\(.*$/, "", head)
        sub(/^.*[ *]/, "", head)
        owner = head
}

code ~ /^{/ {
        body = 1
}

code ~ /^}/ {
        body = 0
}

body && owner !~ /_(create|destroy|init|fini)$|^(dp_)?idle$/ {
        rest = " " code
        while (match(rest, /[^A-Za-z0-9_.>][a-zA-Z_][a-zA-Z0-9_]*\(/)) {
                call = substr(rest, RSTART + 1, RLENGTH - 2)
                if (call ~ /^(m|c|re)alloc$|^aligned_alloc$|^posix_memalign$|^free$|^str(n)?dup$/ ||
                    call ~ /^rte_(z|c|re)?m?alloc(_socket)?$|^rte_free$|^mmap$|^munmap$/)
                        print file ":" FNR ": hot: " owner "() uses the heap: " call
                else if (call ~ /^v?f?printf$|^puts$|^fputs$|^perror$|^v?syslog$|^RTE_LOG$|^rte_v?log$/)
                        print file ":" FNR ": hot: " owner "() logs: " call
                else if (call ~ /^(clock_gettime|gettimeofday|time|nanosleep|usleep|sleep)$/)
                        print file ":" FNR ": hot: " owner "() asks the clock: " call
                else if (call ~ /^(open|close|read|write|send|sendto|sendmsg|recv|recvmsg|poll|ioctl|getenv|fopen|pthread_mutex_lock)$/)
                        print file ":" FNR ": hot: " owner "() calls the system: " call
                rest = substr(rest, RSTART + RLENGTH)
        }
}
