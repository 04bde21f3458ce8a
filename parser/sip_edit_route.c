/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and edits of Route and Record-Route. */
#include "parser/sip_edit.h"

#include "parser/sip_edit_list.h"

/* A Route value and its neighbours in the same header field. */
struct place {
        struct sip_route route;
        uint32_t hdr;    /* index of the field */
        uint32_t before; /* end of the value before it in the field, 0 = none */
        uint32_t next;   /* start of the value behind it in the field, 0 = none */
};

static uint32_t span_end(struct sip_span s)
{
        return (uint32_t)s.off + s.len;
}

/* One value at the cursor; sets at->next and moves there. */
static bool take_value(struct sip_cur *c, struct place *at)
{
        if (sip_route_parse(c, &at->route) != SIP_VALUE_OK)
                return false;
        at->next = 0;
        if (sip_cur_at(c, ',')) {
                c->pos++;
                sip_cur_lws(c);
                at->next = c->pos < c->end ? c->pos : 0;
        }
        return true;
}

static struct sip_cur field(const struct sip_msg *m, uint32_t hdr, struct sip_anom_set *notes)
{
        struct sip_span v = m->hdrs[hdr].value;

        return (struct sip_cur){
            .buf = m->buf, .pos = v.off, .end = (uint32_t)v.off + v.len, .notes = notes};
}

/* The first value of a field, or its last. */
static bool find_in(const struct sip_msg *m, uint32_t hdr, bool last, struct place *at)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = field(m, hdr, &notes);

        *at = (struct place){.hdr = hdr};
        if (!take_value(&c, at))
                return false;
        while (last && at->next != 0) {
                at->before = span_end(at->route.addr.all);
                if (!take_value(&c, at))
                        return false;
        }
        return true;
}

static bool find(const struct sip_msg *m, bool last, struct place *at)
{
        uint8_t i = m->first[SIP_HDR_ROUTE];

        if (i == SIP_HDR_NONE)
                return false;
        while (last && m->hdrs[i].next_same != SIP_HDR_NONE)
                i = m->hdrs[i].next_same;
        return find_in(m, i, last, at);
}

bool sip_route_first(const struct sip_msg *m, struct sip_route *out)
{
        struct place at;
        bool found = find(m, false, &at);

        if (found)
                *out = at.route;
        return found;
}

bool sip_route_last(const struct sip_msg *m, struct sip_route *out)
{
        struct place at;
        bool found = find(m, true, &at);

        if (found)
                *out = at.route;
        return found;
}

/* ---- one after the other ---- */

static struct sip_route_place place_in(const struct sip_msg *m, uint8_t hdr)
{
        return (struct sip_route_place){hdr, hdr != SIP_HDR_NONE ? m->hdrs[hdr].value.off : 0};
}

struct sip_route_place sip_route_begin(const struct sip_msg *m)
{
        return place_in(m, m->first[SIP_HDR_ROUTE]);
}

bool sip_route_next(const struct sip_msg *m, struct sip_route_place *p, struct sip_route *out)
{
        struct sip_anom_set notes = {{0}};
        struct place at;
        struct sip_cur c;

        if (p->hdr == SIP_HDR_NONE)
                return false;
        c = field(m, p->hdr, &notes);
        c.pos = p->at;
        if (!take_value(&c, &at))
                return false;
        *out = at.route;
        if (at.next != 0)
                p->at = at.next;
        else
                *p = place_in(m, m->hdrs[p->hdr].next_same);
        return true;
}

bool sip_route_skip(const struct sip_msg *m, struct sip_route_place *p, uint32_t end)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = field(m, p->hdr, &notes);

        c.pos = end;
        if (sip_cur_at(&c, ',')) {
                c.pos++;
                sip_cur_lws(&c);
        } else if (c.pos != c.end) {
                return false;
        }
        if (c.pos < c.end)
                p->at = c.pos;
        else
                *p = place_in(m, m->hdrs[p->hdr].next_same);
        return true;
}

/* ---- edits ---- */

static enum sip_edit_status take_out(struct sip_edit *e, const struct place *at)
{
        struct sip_span all = at->route.addr.all;

        if (at->next != 0)
                return sip_edit_commit(e, all.off, at->next - all.off, e->text_len);
        if (at->before != 0)
                return sip_edit_commit(e, at->before, span_end(all) - at->before, e->text_len);
        return sip_edit_hdr_remove(e, at->hdr);
}

/* "name: <uri>" before hdrs[before]. */
static enum sip_edit_status insert(struct sip_edit *e, const char *name, struct sip_text uri,
                                   uint32_t before)
{
        uint32_t from = e->text_len;

        if (!sip_edit_count(e, 1, 0))
                return (enum sip_edit_status)e->status;
        sip_edit_put_text(e, sip_text_of(name));
        sip_edit_put(e, ": <", 3);
        sip_edit_put_text(e, uri);
        sip_edit_put(e, ">\r\n", 3);
        return sip_edit_commit(e, sip_edit_line(e->msg, before), 0, from);
}

static enum sip_edit_status push(struct sip_edit *e, const char *name, enum sip_hdr_id id,
                                 struct sip_text uri)
{
        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        if (!sip_edit_uri_ok(uri))
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        return insert(e, name, uri, sip_edit_place(e->msg, id));
}

enum sip_edit_status sip_edit_route_push(struct sip_edit *e, struct sip_text uri)
{
        return push(e, "Route", SIP_HDR_ROUTE, uri);
}

enum sip_edit_status sip_edit_record_route(struct sip_edit *e, struct sip_text uri)
{
        return push(e, "Record-Route", SIP_HDR_RECORD_ROUTE, uri);
}

enum sip_edit_status sip_edit_route_pop(struct sip_edit *e)
{
        struct place at;

        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        return find(e->msg, false, &at) ? take_out(e, &at) : sip_edit_fail(e, SIP_EDIT_MESSAGE);
}

/* Take up to *front values of a field out from its front, and its last one if `last`. */
static enum sip_edit_status trim_field(struct sip_edit *e, uint8_t hdr, uint32_t *front, bool last)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = field(e->msg, hdr, &notes);
        struct place at = {.hdr = hdr};
        uint32_t keep_from = 0, keep_end = 0, begin = c.pos;

        do {
                uint32_t here = c.pos;

                if (!take_value(&c, &at))
                        return sip_edit_fail(e, SIP_EDIT_MESSAGE);
                if (*front > 0) {
                        --*front;
                } else if (!last || at.next != 0) {
                        keep_from = keep_end == 0 ? here : keep_from;
                        keep_end = span_end(at.route.addr.all);
                } else {
                        last = false;
                        c.pos = c.end;
                        if (keep_end != 0)
                                (void)sip_edit_commit(e, keep_end,
                                                      span_end(at.route.addr.all) - keep_end,
                                                      e->text_len);
                }
        } while (at.next != 0);
        if (last)
                return sip_edit_fail(e, SIP_EDIT_MESSAGE);
        if (keep_end == 0)
                return sip_edit_hdr_remove(e, hdr);
        if (keep_from > begin)
                return sip_edit_commit(e, begin, keep_from - begin, e->text_len);
        return (enum sip_edit_status)e->status;
}

enum sip_edit_status sip_edit_route_trim(struct sip_edit *e, uint32_t front, bool last)
{
        const struct sip_msg *m = e->msg;
        uint8_t i = m->first[SIP_HDR_ROUTE];

        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        for (; i != SIP_HDR_NONE && (front > 0 || last); i = m->hdrs[i].next_same) {
                bool end = m->hdrs[i].next_same == SIP_HDR_NONE;

                if (front == 0 && !end)
                        continue;
                if (trim_field(e, i, &front, last && end) != SIP_EDIT_OK)
                        return (enum sip_edit_status)e->status;
                last = last && !end;
        }
        return front > 0 || last ? sip_edit_fail(e, SIP_EDIT_MESSAGE)
                                 : (enum sip_edit_status)e->status;
}

enum sip_edit_status sip_edit_route_keep(struct sip_edit *e, struct sip_route_place from)
{
        const struct sip_msg *m = e->msg;
        uint8_t i = m->first[SIP_HDR_ROUTE];
        struct sip_span field;

        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        for (; i != SIP_HDR_NONE && i != from.hdr; i = m->hdrs[i].next_same)
                (void)sip_edit_hdr_remove(e, i);
        if (i != from.hdr)
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        if (i == SIP_HDR_NONE)
                return (enum sip_edit_status)e->status;
        field = m->hdrs[i].value;
        if (from.at < field.off || from.at >= span_end(field))
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        if (from.at > field.off)
                return sip_edit_commit(e, field.off, from.at - field.off, e->text_len);
        return (enum sip_edit_status)e->status;
}

enum sip_edit_status sip_edit_route_append(struct sip_edit *e, struct sip_text uri)
{
        uint8_t i = e->msg->first[SIP_HDR_ROUTE];

        if (i == SIP_HDR_NONE)
                return sip_edit_route_push(e, uri);
        if (!sip_edit_ready(e))
                return (enum sip_edit_status)e->status;
        if (!sip_edit_uri_ok(uri))
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        while (e->msg->hdrs[i].next_same != SIP_HDR_NONE)
                i = e->msg->hdrs[i].next_same;
        return insert(e, "Route", uri, i + 1u);
}

/* The URI of a Route value as a Request-URI, which has no header part (19.1.1). */
static enum sip_edit_status make_ruri(struct sip_edit *e, const struct place *at)
{
        const struct sip_uri *u = &at->route.addr.uri;
        uint32_t end = u->headers.off != 0 ? u->headers.off - 1u : span_end(u->all);
        struct sip_text uri = {(const char *)e->msg->buf + u->all.off, end - u->all.off};

        return sip_edit_uri_ok(uri) ? sip_edit_ruri_known(e, uri) : sip_edit_fail(e, SIP_EDIT_ODD);
}

enum sip_edit_status sip_edit_route_to_strict(struct sip_edit *e)
{
        const struct sip_msg *m = e->msg;
        struct sip_text ruri = {(const char *)m->buf + m->ruri.all.off, m->ruri.all.len};
        struct place first, last;

        if (!sip_edit_ready_request(e))
                return (enum sip_edit_status)e->status;
        if (!find(m, false, &first) || !find(m, true, &last))
                return sip_edit_fail(e, SIP_EDIT_MESSAGE);
        (void)insert(e, "Route", ruri, last.hdr + 1);
        (void)take_out(e, &first);
        return make_ruri(e, &first);
}

enum sip_edit_status sip_edit_route_from_strict(struct sip_edit *e)
{
        struct place last;

        if (!sip_edit_ready_request(e))
                return (enum sip_edit_status)e->status;
        if (!find(e->msg, true, &last))
                return sip_edit_fail(e, SIP_EDIT_MESSAGE);
        (void)take_out(e, &last);
        return make_ruri(e, &last);
}
