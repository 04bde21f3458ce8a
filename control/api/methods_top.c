/* SPDX-License-Identifier: Apache-2.0 */
/* Who sends the most, as events tell it. */
#include <string.h>

#include "control/api/methods.h"
#include "control/engine.h"

#define LIMIT_MAX     1000
#define LIMIT_DEFAULT 10

/* Octets of the wire as a JSON string: what is not UTF-8 stands as the characters of the same
 * numbers, as in events. */
static json_t *text_json(const char *text, size_t len)
{
        json_t *s = json_stringn(text, len);
        char latin[2 * CP_HEAVY_KEY_BYTES];
        size_t n = 0;

        if (s != NULL)
                return s;
        for (size_t i = 0; i < len; i++) {
                unsigned char c = (unsigned char)text[i];

                if (c >= 0x80) {
                        latin[n++] = (char)(0xc0 | c >> 6);
                        c = 0x80 | (c & 0x3f);
                }
                latin[n++] = (char)c;
        }
        return json_stringn(latin, n);
}

static int by_of(const char *name)
{
        for (unsigned by = 0; by < CP_TOP_BY_CNT; by++)
                if (strcmp(name, cp_top_by_name(by)) == 0)
                        return (int)by;
        return -1;
}

static int purpose_of(const char *name)
{
        for (unsigned p = 1; p < SIP_PURPOSE_CNT; p++)
                if (strcmp(name, sip_purpose_name(p)) == 0)
                        return (int)p;
        return -1;
}

int cp_method_top(struct cp_rpc_call *call)
{
        static struct cp_top_row rows[LIMIT_MAX]; /* the main thread alone serves calls */
        struct cp_engine *e = call->ctx;
        json_int_t limit = cp_rpc_number(call, "limit", LIMIT_MAX, LIMIT_DEFAULT);
        const char *name = cp_rpc_text(call, "by");
        int by, purpose = SIP_PURPOSE_NONE;

        if (name == NULL || limit < 0)
                return -1;
        by = by_of(name);
        if (by < 0)
                return cp_rpc_fail(call, CP_RPC_INVALID_PARAMS,
                                   "by is 'source', 'caller', 'callee' or 'device'");
        if (json_object_get(call->params, "purpose") != NULL) {
                name = cp_rpc_text(call, "purpose");
                if (name == NULL)
                        return -1;
                purpose = purpose_of(name);
                if (purpose < 0)
                        return cp_rpc_fail(call, CP_RPC_INVALID_PARAMS, "no purpose '%s'", name);
        }
        cp_gate_close(&e->event_gate);
        unsigned n = cp_top_list(&e->writer->top, (enum cp_top_by)by, (enum sip_purpose)purpose,
                                 rows, (unsigned)limit);
        cp_gate_open(&e->event_gate);
        json_t *list = json_array();

        for (unsigned i = 0; i < n; i++)
                json_array_append_new(list, json_pack("{s:o, s:I, s:I, s:I}", "key",
                                                      text_json(rows[i].key, rows[i].key_len),
                                                      "messages", (json_int_t)rows[i].count, "over",
                                                      (json_int_t)rows[i].over, "dropped",
                                                      (json_int_t)rows[i].dropped));
        call->result = json_pack("{s:s, s:i, s:o}", "by", cp_top_by_name((unsigned)by), "window_s",
                                 (int)CP_TOP_WINDOW_S, "top", list);
        return 0;
}
