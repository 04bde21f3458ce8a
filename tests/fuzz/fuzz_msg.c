/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_msg.c - any octets as a datagram: sniff, parse, judge; abort when a promise of sip_msg.h is
 * broken. With libFuzzer a fuzzer; linked with replay_main.c it takes files and folders of inputs.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parser/sip_check.h"
#include "parser/sip_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
        if (!condition)
                abort();
}

static void inside(const struct sip_msg *m, struct sip_span s)
{
        must((uint32_t)s.off + s.len <= m->len);
}

static void check_uri(const struct sip_msg *m, const struct sip_uri *u)
{
        inside(m, u->all);
        inside(m, u->user);
        inside(m, u->host);
        inside(m, u->params);
        inside(m, u->headers);
}

static void check_addr(const struct sip_msg *m, const struct sip_addr *a)
{
        inside(m, a->all);
        inside(m, a->display);
        inside(m, a->params);
        inside(m, a->tag);
        check_uri(m, &a->uri);
}

static void check(const struct sip_msg *m)
{
        must(m->hdr_cnt <= SIP_MSG_HDRS_MAX);
        must((uint32_t)m->body_off + m->body_len <= m->len);
        must(m->header_end <= m->len && m->err_off <= m->len);
        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                inside(m, m->hdrs[i].name);
                inside(m, m->hdrs[i].value);
                must(m->hdrs[i].next_same == SIP_HDR_NONE ||
                     (m->hdrs[i].next_same > i && m->hdrs[i].next_same < m->hdr_cnt));
        }
        check_uri(m, &m->ruri);
        check_addr(m, &m->from);
        check_addr(m, &m->to);
        check_addr(m, &m->contact);
        inside(m, m->via.all);
        inside(m, m->via.host);
        inside(m, m->via.branch);
        inside(m, m->via.received);
        inside(m, m->via.maddr);
        inside(m, m->call_id);
        inside(m, m->cseq.method_name);
        /* What is let through has every mandatory field, read. */
        if (sip_check(m).verdict != SIP_VERDICT_REJECT) {
                must(m->error == SIP_ANOM_NONE);
                must(m->kind != SIP_KIND_NONE && m->via_cnt > 0 && m->call_id.len > 0);
                must(m->from.uri.all.len > 0 && m->to.uri.all.len > 0);
                must(m->cseq.method_name.len > 0 && m->header_end > 0);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct sip_msg m;
        /* A block of exactly this size, so that the address sanitizer sees each octet too far. */
        uint8_t *copy = malloc(size ? size : 1);

        if (!copy)
                return 0;
        if (size)
                memcpy(copy, data, size);
        must((unsigned)sip_sniff(copy, size) <= SIP_SNIFF_KEEPALIVE);
        must(sip_parse(copy, size, &m) == m.error);
        if (size <= SIP_MSG_BYTES_MAX)
                check(&m);
        free(copy);
        return 0;
}
