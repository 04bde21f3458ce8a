/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <netinet/in.h>

#include <re/re.h>

#include "tests/parser/peers/reading.h"

static void text(struct reading *r, enum reading_field f, const struct pl *pl)
{
        if (pl_isset(pl))
                reading_text(r, f, pl->p, pl->l);
}

static struct reading_uri split(const struct uri *u)
{
        return (struct reading_uri){
            .scheme = u->scheme.p,
            .scheme_len = u->scheme.l,
            .user = u->user.p,
            .user_len = u->user.l,
            .host = u->host.p,
            .host_len = u->host.l,
            .port = u->port,
        };
}

static void party(struct reading *r, enum reading_field user, const struct sip_taddr *a)
{
        const struct reading_uri u = split(&a->uri);

        reading_user(r, user, &u);
        text(r, user == READING_FROM_USER ? READING_FROM_TAG : READING_TO_TAG, &a->tag);
}

/* libre tells headers by a hash of 12 bits: is this one not what it is taken for? */
static bool is_mistaken(const struct sip_hdr *h)
{
        static const struct {
                enum sip_hdrid id;
                const char *name;
                const char *compact;
        } used[] = {
            {SIP_HDR_VIA, "Via", "v"},      {SIP_HDR_FROM, "From", "f"},
            {SIP_HDR_TO, "To", "t"},        {SIP_HDR_CALL_ID, "Call-ID", "i"},
            {SIP_HDR_CSEQ, "CSeq", "CSeq"}, {SIP_HDR_CONTENT_LENGTH, "Content-Length", "l"},
        };

        for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
                if (h->id == used[i].id)
                        return pl_strcasecmp(&h->name, used[i].name) != 0 &&
                               pl_strcasecmp(&h->name, used[i].compact) != 0;
        return false;
}

static void fields(struct reading *r, const struct sip_msg *m)
{
        for (const struct le *le = list_head(&m->hdrl); le; le = le->next)
                r->mistaken |= is_mistaken(le->data);
        if (m->req) {
                const struct reading_uri u = split(&m->uri);

                text(r, READING_METHOD, &m->met);
                reading_ruri(r, &u);
        } else {
                reading_number(r, READING_METHOD, m->scode);
        }
        party(r, READING_FROM_USER, &m->from);
        party(r, READING_TO_USER, &m->to);
        text(r, READING_CALL_ID, &m->callid);
        if (pl_isset(&m->cseq.met))
                reading_cseq(r, m->cseq.num, m->cseq.met.p, m->cseq.met.l);
        if (pl_isset(&m->clen))
                reading_digits(r, READING_CONTENT_LENGTH, m->clen.p, m->clen.l);
        reading_number(r, READING_VIAS, sip_msg_hdr_count(m, SIP_HDR_VIA));
        reading_number(r, READING_BODY, mbuf_get_left(m->mb));
}

void peer_re_read(const uint8_t *p, size_t n, struct reading *out)
{
        struct sip_msg *m = NULL;
        struct mbuf *mb = mbuf_alloc(n);

        reading_clear(out);
        if (!mb || mbuf_write_mem(mb, p, n) != 0)
                goto end;
        mb->pos = 0;
        out->good = sip_msg_decode(&m, mb) == 0;
        if (out->good)
                fields(out, m);
end:
        mem_deref(m);
        mem_deref(mb);
}
