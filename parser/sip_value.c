/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_value.h"

const char *sip_value_name(enum sip_value v)
{
        static const char *const names[SIP_VALUE_CNT] = {
            "ok", "syntax", "param", "dup", "missing", "range", "charset",
        };

        return (unsigned)v < SIP_VALUE_CNT ? names[v] : "unknown";
}
