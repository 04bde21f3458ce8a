/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of the start line and of header fields in general. */
#include "parser/sip_edit.h"

#include "parser/sip_ctype.h"
#include "parser/sip_edit_list.h"
#include "parser/sip_hname.h"
#include "parser/sip_uri.h"

#define HDR_NAME_BYTES_MAX 256u

/* What a request gets that came without a Max-Forwards (16.6 step 3). */
#define HOPS_NEW 70u

static bool name_ok(struct sip_text name)
{
        for (size_t i = 0; i < name.len; i++) {
                if (!sip_is((uint8_t)name.at[i], SIP_CT_TOKEN))
                        return false;
        }
        return name.len >= 1 && name.len <= HDR_NAME_BYTES_MAX;
}

/* No control characters but HT: nothing that begins a line or ends a string. */
static bool value_ok(struct sip_text value)
{
        for (size_t i = 0; i < value.len; i++) {
                uint8_t c = (uint8_t)value.at[i];

                if ((c < 0x20 && c != '\t') || c == 0x7f)
                        return false;
        }
        return value.len <= SIP_MSG_BYTES_MAX;
}

bool sip_edit_uri_read(struct sip_text uri, struct sip_uri *out)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {.buf = (const uint8_t *)uri.at, .notes = &notes};

        /* The reader forgives line folds, so that they are looked for first. */
        if (uri.len == 0 || !value_ok(uri))
                return false;
        c.end = (uint32_t)uri.len;
        return sip_uri_parse(&c, out) == SIP_ANOM_NONE && c.pos == c.end && out->headers.off == 0 &&
               !sip_anom_has(&notes, SIP_ANOM_IPV6_THREE_COLONS);
}

bool sip_edit_uri_ok(struct sip_text uri)
{
        struct sip_uri parts;

        return sip_edit_uri_read(uri, &parts);
}

enum sip_edit_status sip_edit_ruri_known(struct sip_edit *e, struct sip_text uri)
{
        if (!sip_edit_ready_request(e))
                return (enum sip_edit_status)e->status;
        return sip_edit_splice(e, e->msg->ruri.all.off, e->msg->ruri.all.len, uri);
}

enum sip_edit_status sip_edit_ruri(struct sip_edit *e, struct sip_text uri)
{
        if (!sip_edit_ready_request(e))
                return (enum sip_edit_status)e->status;
        if (!sip_edit_uri_ok(uri))
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        return sip_edit_ruri_known(e, uri);
}

/* "name: " of a line that will stand before hdrs[before]; its text begins at *from. */
static bool open_line(struct sip_edit *e, struct sip_text name, uint32_t *from)
{
        *from = e->text_len;
        sip_edit_put_text(e, name);
        sip_edit_put(e, ": ", 2);
        return sip_edit_count(e, 1, 0);
}

static enum sip_edit_status close_line(struct sip_edit *e, uint32_t before, uint32_t from)
{
        sip_edit_put(e, "\r\n", 2);
        return sip_edit_commit(e, sip_edit_line(e->msg, before), 0, from);
}

/* A field whose value is a number: give it another, or insert it before hdrs[before]. */
static enum sip_edit_status set_number(struct sip_edit *e, enum sip_hdr_id id, uint32_t n,
                                       uint32_t before)
{
        const struct sip_hdr *h = sip_msg_first(e->msg, id);
        uint32_t from = e->text_len;

        if (!sip_edit_first(e, id == SIP_HDR_MAX_FORWARDS ? SIP_EDIT_ONCE_MAX_FORWARDS
                                                          : SIP_EDIT_ONCE_CONTENT_LENGTH))
                return (enum sip_edit_status)e->status;
        if (h != NULL) {
                sip_edit_put_number(e, n);
                return sip_edit_commit(e, h->value.off, h->value.len, from);
        }
        if (!open_line(e, sip_text_of(sip_hname_str(id)), &from))
                return (enum sip_edit_status)e->status;
        sip_edit_put_number(e, n);
        return close_line(e, before, from);
}

enum sip_edit_status sip_edit_max_forwards(struct sip_edit *e)
{
        uint16_t hops = e->msg->max_forwards;

        if (!sip_edit_ready_request(e))
                return (enum sip_edit_status)e->status;
        if (hops == 0)
                return sip_edit_fail(e, SIP_EDIT_HOPS);
        /* Near the top, where the Via is that is pushed with it: little has to move. */
        return set_number(e, SIP_HDR_MAX_FORWARDS,
                          hops == SIP_MAX_FORWARDS_ABSENT ? HOPS_NEW : hops - 1u,
                          e->msg->first[SIP_HDR_VIA] + 1u);
}

enum sip_edit_status sip_edit_content_length(struct sip_edit *e, uint32_t bytes)
{
        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        return set_number(e, SIP_HDR_CONTENT_LENGTH, bytes, e->msg->hdr_cnt);
}

enum sip_edit_status sip_edit_hdr_insert(struct sip_edit *e, uint32_t before, struct sip_text name,
                                         struct sip_text value)
{
        uint32_t from;

        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        if (before > e->msg->hdr_cnt || !name_ok(name) || !value_ok(value))
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        if (!open_line(e, name, &from))
                return (enum sip_edit_status)e->status;
        sip_edit_put_text(e, value);
        return close_line(e, before, from);
}

enum sip_edit_status sip_edit_lines_known(struct sip_edit *e, uint32_t before,
                                          const struct sip_edit_lines *lines)
{
        uint32_t from = e->text_len;

        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        if (before > e->msg->hdr_cnt)
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        if (!sip_edit_count(e, lines->hdrs, lines->vias))
                return (enum sip_edit_status)e->status;
        sip_edit_put_text(e, lines->text);
        return sip_edit_commit(e, sip_edit_line(e->msg, before), 0, from);
}

uint32_t sip_edit_place(const struct sip_msg *m, enum sip_hdr_id id)
{
        return m->first[id] != SIP_HDR_NONE ? m->first[id] : m->first[SIP_HDR_VIA] + 1u;
}

enum sip_edit_status sip_edit_hdr_remove(struct sip_edit *e, uint32_t idx)
{
        uint32_t line;

        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        if (idx >= e->msg->hdr_cnt)
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        line = sip_edit_line(e->msg, idx);
        return sip_edit_commit(e, line, sip_edit_line(e->msg, idx + 1) - line, e->text_len);
}

enum sip_edit_status sip_edit_hdr_remove_all(struct sip_edit *e, enum sip_hdr_id id)
{
        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        if ((unsigned)id >= SIP_HDR_CNT || id == SIP_HDR_OTHER)
                return sip_edit_fail(e, SIP_EDIT_MESSAGE);
        for (uint8_t i = e->msg->first[id]; i != SIP_HDR_NONE; i = e->msg->hdrs[i].next_same)
                (void)sip_edit_hdr_remove(e, i);
        return (enum sip_edit_status)e->status;
}

enum sip_edit_status sip_edit_hdr_replace(struct sip_edit *e, uint32_t idx, struct sip_text value)
{
        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        if (idx >= e->msg->hdr_cnt || !value_ok(value))
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        return sip_edit_splice(e, e->msg->hdrs[idx].value.off, e->msg->hdrs[idx].value.len, value);
}
