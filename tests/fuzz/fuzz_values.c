/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_values.c - any octets as each of the small header values that are read on demand: spans stay
 * inside and what a header must have is there whenever it is called well formed.
 */
#include "parser/sip_addr.h"
#include "parser/sip_dialog.h"
#include "parser/sip_event.h"
#include "parser/sip_rack.h"
#include "parser/sip_reason.h"
#include "parser/sip_timer.h"
#include "parser/sip_via.h"
#include "tests/fuzz/exact.h"

static void dialogs(struct sip_cur c)
{
        for (unsigned kind = SIP_DIALOG_REPLACES; kind <= SIP_DIALOG_TARGET; kind++) {
                struct sip_dialog d;

                c.pos = 1;
                if (sip_dialog_parse(&c, (enum sip_dialog_kind)kind, &d) == SIP_VALUE_OK) {
                        must(d.call_id.len > 0 && c.pos == c.end);
                        must(kind == SIP_DIALOG_TARGET ? d.local_tag.len > 0 && d.remote_tag.len > 0
                                                       : d.to_tag.len > 0 && d.from_tag.len > 0);
                }
                must(c.pos <= c.end);
                inside(&c, d.call_id);
                inside(&c, d.to_tag);
                inside(&c, d.from_tag);
                inside(&c, d.local_tag);
                inside(&c, d.remote_tag);
        }
}

static void events(struct sip_cur c)
{
        struct sip_cur again = c;
        struct sip_substate s;
        struct sip_event e;

        if (sip_event_parse(&c, &e) == SIP_VALUE_OK)
                must(e.package.len > 0 && e.package.len <= e.type.len && c.pos == c.end);
        must(c.pos <= c.end);
        inside(&c, e.type);
        inside(&c, e.id);
        c = again;
        if (sip_substate_parse(&c, &s) == SIP_VALUE_OK)
                must(s.name.len > 0 && c.pos == c.end);
        must(c.pos <= c.end);
        inside(&c, s.name);
        inside(&c, s.reason);
}

static void numbers(struct sip_cur c)
{
        struct sip_cur start = c;
        struct sip_timer t;
        struct sip_rack r;
        uint32_t n;

        if (sip_rack_parse(&c, &r) == SIP_VALUE_OK)
                must(r.rseq > 0 && r.cseq.number <= 0x7fffffff && c.pos == c.end);
        inside(&c, r.cseq.method_name);
        c = start;
        if (sip_rseq_parse(&c, &n) == SIP_VALUE_OK)
                must(n > 0 && c.pos == c.end);
        c = start;
        if (sip_session_expires_parse(&c, &t) == SIP_VALUE_OK)
                must(t.refresher <= SIP_REFRESHER_UAS && c.pos == c.end);
        c = start;
        (void)sip_min_se_parse(&c, &t);
        must(c.pos <= c.end);
}

/* The lists; each element that succeeds takes an octet, and its comma another. */
static void lists(struct sip_cur c)
{
        struct sip_cur start = c;
        struct sip_reason r;
        struct sip_addr a;
        struct sip_via v;

        while (c.pos < c.end && sip_reason_parse(&c, &r) == SIP_VALUE_OK) {
                inside(&c, r.name);
                inside(&c, r.text);
                must(c.pos == c.end || c.buf[c.pos] == ',');
                c.pos += c.pos < c.end;
        }
        c = start;
        while (c.pos < c.end && sip_via_parse(&c, &v) == SIP_ANOM_NONE) {
                inside(&c, v.all);
                must(v.host.len > 0 && (c.pos == c.end || c.buf[c.pos] == ','));
                c.pos += c.pos < c.end;
        }
        c = start;
        while (c.pos < c.end && sip_addr_parse(&c, &a) == SIP_ANOM_NONE) {
                inside(&c, a.all);
                inside(&c, a.display);
                must(a.star || a.uri.all.len > 0);
                must(c.pos == c.end || c.buf[c.pos] == ',');
                c.pos += c.pos < c.end;
        }
        must(c.pos <= c.end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct sip_anom_set notes;
        struct sip_cur c = exact_cur(data, size, &notes);

        dialogs(c);
        events(c);
        numbers(c);
        lists(c);
        free((uint8_t *)(uintptr_t)c.buf);
        return 0;
}
