#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# test_install.sh SOURCE-ROOT - the parser as a library for others: built and installed alone, its
# README's example compiled against it by pkg-config (shared, static, as C++) and run; public
# headers, exported symbols and what it needs of others are what the README says.
set -euo pipefail

root=$1
CC=${CC:-cc} CXX=${CXX:-c++}
export CC CXX
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
strict='-std=c11 -pedantic -Wall -Wextra -Wconversion -Werror'
strict_cxx='-std=c++11 -pedantic -Wall -Wextra -Wconversion -Werror'

fail() {
        echo "FAIL: $*" >&2
        exit 1
}

same() { # WHAT GOT WANTED
        diff "$2" "$3" >"$tmp/diff" || fail "$1 (< is, > should be): $(cat "$tmp/diff")"
        echo "ok: $1"
}

unset CFLAGS CXXFLAGS LDFLAGS DESTDIR
meson setup "$tmp/build" "$root" -Dauto_features=disabled --prefix=/opt/sluice --libdir=lib \
        --buildtype=release >"$tmp/log" 2>&1 || fail "setup: $(tail -n 3 "$tmp/log")"
meson install -C "$tmp/build" --destdir "$tmp/dest" >"$tmp/log" 2>&1 || fail "install: $(tail -n 3 "$tmp/log")"
at=$tmp/dest/opt/sluice
lib=$at/lib/libsluice-parser.so
export PKG_CONFIG_SYSROOT_DIR=$tmp/dest PKG_CONFIG_LIBDIR=$at/lib/pkgconfig

# ---- headers ----

# match/ is a library of its own, of this program alone
(cd "$root/parser" && find . -path ./match -prune -o -name '*.def' -print &&
        find . -path ./match -prune -o -name '*.h' -exec grep -L Private {} +) |
        sort >"$tmp/public"
(cd "$at/include/sluice/parser" && find . -type f) | sort >"$tmp/installed"
same "installed are the headers that are not private: $(wc -l <"$tmp/public")" "$tmp/installed" "$tmp/public"

while read -r header; do
        echo "#include \"parser/${header#./}\""
done < <(grep '\.h$' "$tmp/public") >"$tmp/includes"
while read -r line; do
        echo "$line" >"$tmp/one.c"
        cp "$tmp/one.c" "$tmp/one.cc"
        # shellcheck disable=SC2086 # lists of options
        $CC $strict "-I$at/include/sluice" -fsyntax-only "$tmp/one.c" || fail "C, alone: $line"
        # shellcheck disable=SC2086
        $CXX $strict_cxx "-I$at/include/sluice" -fsyntax-only "$tmp/one.cc" || fail "C++, alone: $line"
done <"$tmp/includes"
echo "ok: each header compiles alone in C11 and in C++11"

# ---- symbols ----

cp "$tmp/includes" "$tmp/all.c"
gcc -std=c11 "-I$at/include/sluice" -aux-info "$tmp/prototypes" -fsyntax-only "$tmp/all.c"
grep -o "^/\* $at/[^*]*\*/ extern .*" "$tmp/prototypes" | grep -v ' static ' |
        grep -oE '[a-z0-9_]+( \(|;)' | tr -d ' (;' | grep -E '^(sip|scan|fast)_' | grep -v '_fn$' | sort -u >"$tmp/declared"
nm -D --defined-only "$lib" | awk '$2 == "T" { print $3 }' | sort >"$tmp/exported"
same "exported functions are the declared ones: $(wc -l <"$tmp/declared")" "$tmp/exported" "$tmp/declared"
nm -D --defined-only "$lib" | awk '$2 != "T" { print $3 }' | while read -r symbol; do
        grep -rqw "extern .*$symbol" "$at/include" || fail "exported, though in no header: $symbol"
done

# ---- what it needs ----

readelf -d "$lib" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' >"$tmp/soname"
echo libsluice-parser.so.0 >"$tmp/want"
same "soname" "$tmp/soname" "$tmp/want"
[ -e "$at/lib/$(cat "$tmp/soname")" ] || fail "no file of that name"
readelf -d "$lib" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >"$tmp/needed"
echo libc.so.6 >"$tmp/want"
same "libraries needed" "$tmp/needed" "$tmp/want"
nm -D -u "$lib" | awk '$1 == "U" { sub(/@.*/, "", $2); print $2 }' |
        grep -vxE 'mem(chr|rchr|cmp|cpy|move|set|mem)|bcmp|str(len|nlen|cmp|ncmp|chr)|__stack_chk_fail' >"$tmp/foreign" || true
: >"$tmp/want"
same "functions needed are mem* and str* alone" "$tmp/foreign" "$tmp/want"

# ---- the README's example ----

awk '/^```c$/ { on = 1; next } /^```/ { on = 0 } on' "$root/parser/README.md" >"$tmp/example.c"
cp "$tmp/example.c" "$tmp/example.cc"
printf 'OPTIONS sip:carol@chicago.example SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r
From: <sip:a@b.example>;tag=1\r\nTo: <sip:carol@chicago.example>\r\nCall-ID: x@y\r
CSeq: 7 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n' >"$tmp/message"
cat >"$tmp/want" <<'TEXT'
accept, error none, reason none
to chicago.example
Via = SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa
From = <sip:a@b.example>;tag=1
To = <sip:carol@chicago.example>
Call-ID = x@y
CSeq = 7 OPTIONS
Max-Forwards = 70
Content-Length = 0
TEXT

example() { # WHAT COMMAND...
        local what=$1
        shift
        rm -f "$tmp/example"
        "$@" -o "$tmp/example" || fail "$what: does not compile"
        LD_LIBRARY_PATH=$at/lib "$tmp/example" <"$tmp/message" >"$tmp/got" || fail "$what: exit status $?"
        same "$what" "$tmp/got" "$tmp/want"
}

# shellcheck disable=SC2046,SC2086 # lists of options
{
        example "example, shared" $CC $strict "$tmp/example.c" $(pkg-config --cflags --libs sluice-parser)
        readelf -d "$tmp/example" | grep -q 'NEEDED.*libsluice-parser.so.0' || fail "not linked with the shared library"
        example "example, static" $CC $strict "$tmp/example.c" $(pkg-config --cflags --libs --static sluice-parser) -static
        example "example, C++" $CXX $strict_cxx "$tmp/example.cc" $(pkg-config --cflags --libs sluice-parser)
}
printf 'OPTIONS sip:b SIP/2.0\r\n\r\n' >"$tmp/broken"
! LD_LIBRARY_PATH=$at/lib "$tmp/example" <"$tmp/broken" >"$tmp/got" || fail "a broken message is let through"
head -n 1 "$tmp/got"
