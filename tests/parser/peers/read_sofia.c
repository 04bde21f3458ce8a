/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <sofia-sip/msg.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/sip_util.h>

#include "tests/parser/peers/reading.h"

static void text(struct reading *r, enum reading_field f, const char *s)
{
        if (s)
                reading_text(r, f, s, strlen(s));
}

static size_t length(const char *s)
{
        return s ? strlen(s) : 0;
}

/* sofia-sip keeps the number of a tel URI as its host. */
static struct reading_uri split(const url_t *u)
{
        struct reading_uri parts = {
            .scheme = u->url_scheme,
            .scheme_len = length(u->url_scheme),
            .user = u->url_user,
            .user_len = length(u->url_user),
            .host = u->url_host,
            .host_len = length(u->url_host),
        };

        for (const char *c = u->url_port; c && *c >= '0' && *c <= '9'; c++)
                parts.port = 10 * parts.port + (unsigned)(*c - '0');
        return parts;
}

static void ruri(struct reading *r, const url_t *url)
{
        const struct reading_uri u = split(url);

        reading_ruri(r, &u);
}

static void user(struct reading *r, enum reading_field f, const url_t *url)
{
        const struct reading_uri u = split(url);

        reading_user(r, f, &u);
}

static void fields(struct reading *r, const sip_t *s)
{
        unsigned vias = 0;

        if (s->sip_status)
                reading_number(r, READING_METHOD, (uint64_t)s->sip_status->st_status);
        if (s->sip_request) {
                text(r, READING_METHOD, s->sip_request->rq_method_name);
                ruri(r, s->sip_request->rq_url);
        }
        if (s->sip_from) {
                user(r, READING_FROM_USER, s->sip_from->a_url);
                text(r, READING_FROM_TAG, s->sip_from->a_tag);
        }
        if (s->sip_to) {
                user(r, READING_TO_USER, s->sip_to->a_url);
                text(r, READING_TO_TAG, s->sip_to->a_tag);
        }
        if (s->sip_call_id)
                text(r, READING_CALL_ID, s->sip_call_id->i_id);
        if (s->sip_cseq)
                reading_cseq(r, s->sip_cseq->cs_seq, s->sip_cseq->cs_method_name,
                             strlen(s->sip_cseq->cs_method_name));
        if (s->sip_content_length)
                reading_number(r, READING_CONTENT_LENGTH, s->sip_content_length->l_length);
        for (const sip_via_t *v = s->sip_via; v; v = v->v_next)
                vias++;
        reading_number(r, READING_VIAS, vias);
        reading_number(r, READING_BODY, s->sip_payload ? s->sip_payload->pl_len : 0);
}

void peer_sofia_read(const uint8_t *p, size_t n, struct reading *out)
{
        msg_t *m = msg_make(sip_default_mclass(), 0, p, (ssize_t)n);
        sip_t *s = m ? sip_object(m) : NULL;

        reading_clear(out);
        if (s && !s->sip_error && (s->sip_request || s->sip_status)) {
                out->good = true;
                fields(out, s);
        }
        msg_destroy(m);
}
