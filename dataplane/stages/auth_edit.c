/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/auth_edit.h"

#include <stdbool.h>
#include <strings.h>

#include "parser/sip_auth.h"
#include "parser/sip_ctype.h"

enum sip_edit_status dp_auth_strip(struct sip_edit *e, uint8_t idx)
{
        const struct sip_msg *m = e->msg;

        if (idx >= m->hdr_cnt || (m->hdrs[idx].id != SIP_HDR_AUTHORIZATION &&
                                  m->hdrs[idx].id != SIP_HDR_PROXY_AUTHORIZATION))
                return SIP_EDIT_MESSAGE;
        return sip_edit_hdr_remove(e, idx);
}

/* The next octet from `at` on that a parameter may begin or end at: a comma outside of quotes, or
 * `end`. */
static uint32_t param_end(const uint8_t *buf, uint32_t at, uint32_t end)
{
        bool quoted = false;

        for (; at < end && (quoted || buf[at] != ','); at++) {
                if (quoted && buf[at] == '\\')
                        at++;
                else if (buf[at] == '"')
                        quoted = !quoted;
        }
        return at < end ? at : end;
}

/* The value of the parameter `stale` within a challenge; false when it has none. */
static bool stale_value(const uint8_t *buf, struct sip_span all, struct sip_span *value)
{
        uint32_t end = (uint32_t)all.off + all.len;
        uint32_t at = all.off;

        while (at < end && !sip_is(buf[at], SIP_CT_LWS)) /* the scheme */
                at++;
        while (at < end) {
                uint32_t stop = param_end(buf, at, end);
                uint32_t name = at, from;

                at = stop + 1;
                while (name < stop && sip_is(buf[name], SIP_CT_LWS))
                        name++;
                from = name + 5;
                if (from >= stop || strncasecmp((const char *)buf + name, "stale", 5) != 0)
                        continue;
                while (from < stop && sip_is(buf[from], SIP_CT_LWS))
                        from++;
                if (from >= stop || buf[from] != '=')
                        continue;
                while (stop > from + 1 && sip_is(buf[stop - 1], SIP_CT_LWS))
                        stop--;
                *value = (struct sip_span){.off = (uint16_t)(from + 1),
                                           .len = (uint16_t)(stop - from - 1)};
                return true;
        }
        return false;
}

static enum sip_edit_status mark(struct sip_edit *e, const struct sip_auth *auth)
{
        struct sip_span value;

        if (auth->scheme != SIP_AUTH_DIGEST || auth->stale)
                return SIP_EDIT_OK;
        if ((auth->present & SIP_AUTH_STALE) == 0)
                return sip_edit_splice(e, (uint32_t)auth->all.off + auth->all.len, 0,
                                       sip_text_of(",stale=true"));
        if (!stale_value(e->msg->buf, auth->all, &value))
                return SIP_EDIT_MESSAGE;
        return sip_edit_splice(e, value.off, value.len, sip_text_of("true"));
}

static enum sip_edit_status mark_header(struct sip_edit *e, const struct sip_hdr *h)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur cur = {.buf = e->msg->buf,
                              .pos = h->value.off,
                              .end = (uint32_t)h->value.off + h->value.len,
                              .notes = &notes};
        struct sip_auth auth;

        while (cur.pos < cur.end &&
               sip_auth_parse(&cur, SIP_AUTH_CHALLENGE, &auth) == SIP_VALUE_OK) {
                enum sip_edit_status rc = mark(e, &auth);

                if (rc != SIP_EDIT_OK)
                        return rc;
        }
        return SIP_EDIT_OK;
}

enum sip_edit_status dp_auth_mark_stale(struct sip_edit *e)
{
        static const enum sip_hdr_id ids[] = {SIP_HDR_WWW_AUTHENTICATE, SIP_HDR_PROXY_AUTHENTICATE};
        const struct sip_msg *m = e->msg;

        for (size_t k = 0; k < sizeof(ids) / sizeof(ids[0]); k++) {
                for (uint8_t i = m->first[ids[k]]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                        enum sip_edit_status rc = mark_header(e, &m->hdrs[i]);

                        if (rc != SIP_EDIT_OK)
                                return rc;
                }
        }
        return SIP_EDIT_OK;
}
