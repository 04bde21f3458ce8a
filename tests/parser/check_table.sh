#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check_table.sh PYTHON PARSER-DIR - fails when sip_hname_table.h is not what sip_headers.def makes.
set -eu
"$1" "$2/gen_hname.py" "$2/sip_headers.def" | diff -u "$2/sip_hname_table.h" -
