/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_via.c - any octets as a list of Via values: spans stay inside their value, what is called
 * well formed has what a response is sent by, and a value means the same alone as in its list.
 */
#include "parser/sip_via.h"
#include "tests/fuzz/exact.h"

/* Does the span lie in the value, or is it absent? */
static void part(const struct sip_via *v, struct sip_span s)
{
        must(s.off == 0 ||
             (s.off >= v->all.off && (uint32_t)s.off + s.len <= (uint32_t)v->all.off + v->all.len));
}

static void check(const struct sip_cur *c, const struct sip_via *v, bool ok)
{
        inside(c, v->all);
        inside(c, v->transport);
        inside(c, v->host);
        inside(c, v->branch);
        inside(c, v->received);
        inside(c, v->maddr);
        if (!ok)
                return;
        must(v->transport.len > 0 && v->host.len > 0);
        must(v->branch.off == 0 || v->branch.len > 0);
        must(v->has_rport || v->rport == 0);
        must(!v->cookie || v->branch.len >= 7);
        part(v, v->transport);
        part(v, v->host);
        part(v, v->branch);
        part(v, v->received);
        part(v, v->maddr);
}

/* The value read once more, with nothing behind it. */
static void alone(const struct sip_cur *c, const struct sip_via *v)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur one = *c;
        struct sip_via again;

        one.notes = &notes;
        one.pos = v->all.off;
        one.end = (uint32_t)v->all.off + v->all.len;
        must(sip_via_parse(&one, &again) == SIP_ANOM_NONE && one.pos == one.end);
        must(memcmp(&again.all, &v->all, sizeof(v->all)) == 0);
        must(memcmp(&again.transport, &v->transport, sizeof(v->transport)) == 0);
        must(memcmp(&again.host, &v->host, sizeof(v->host)) == 0);
        must(memcmp(&again.branch, &v->branch, sizeof(v->branch)) == 0);
        must(again.port == v->port && again.rport == v->rport && again.cookie == v->cookie);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct sip_anom_set notes;
        struct sip_cur c = exact_cur(data, size, &notes);
        bool ok = true;

        while (ok && c.pos < c.end) {
                struct sip_via v;
                uint32_t from = c.pos;

                ok = sip_via_parse(&c, &v) == SIP_ANOM_NONE;
                must(c.pos <= c.end);
                check(&c, &v, ok);
                if (ok) {
                        must(c.pos > from && (c.pos == c.end || c.buf[c.pos] == ','));
                        alone(&c, &v);
                        c.pos += c.pos < c.end;
                }
        }
        free((uint8_t *)(uintptr_t)c.buf);
        return 0;
}
