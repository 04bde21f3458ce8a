/* SPDX-License-Identifier: Apache-2.0 */
/* The list of splices and what is made of it. */
#include "parser/sip_edit.h"

#include "parser/sip_edit_list.h"

/* As many as the parser takes (VIA_COUNT). */
#define VIA_CNT_MAX 128u

const char *sip_edit_status_name(enum sip_edit_status s)
{
        static const char *const names[SIP_EDIT_CNT] = {
            "ok", "invalid", "message", "odd", "hops", "overlap", "full", "too_long", "space",
        };

        return (unsigned)s < SIP_EDIT_CNT ? names[s] : "unknown";
}

void sip_edit_init(struct sip_edit *e, const struct sip_msg *msg)
{
        e->msg = msg;
        e->splice_cnt = 0;
        e->text_len = 0;
        e->growth = 0;
        e->hdrs_new = 0;
        e->vias_new = 0;
        e->once = 0;
        e->status = SIP_EDIT_OK;
        /* A line that is put between others ends as they do, or there are two kinds of line end. */
        e->odd = sip_anom_has(&msg->anomalies, SIP_ANOM_HDR_LF_ONLY) ||
                 sip_anom_has(&msg->anomalies, SIP_ANOM_HDR_BARE_LF) ||
                 sip_anom_has(&msg->anomalies, SIP_ANOM_HDR_END_IMPLIED);
}

enum sip_edit_status sip_edit_fail(struct sip_edit *e, enum sip_edit_status why)
{
        if (e->status == SIP_EDIT_OK)
                e->status = (uint8_t)why;
        return (enum sip_edit_status)e->status;
}

bool sip_edit_ready(struct sip_edit *e)
{
        const struct sip_msg *m = e->msg;

        if (e->odd)
                (void)sip_edit_fail(e, SIP_EDIT_ODD);
        else if (m->error != SIP_ANOM_NONE || m->kind == SIP_KIND_NONE || m->hdr_cnt == 0)
                (void)sip_edit_fail(e, SIP_EDIT_MESSAGE);
        return e->status == SIP_EDIT_OK;
}

bool sip_edit_ready_request(struct sip_edit *e)
{
        if (e->msg->kind != SIP_KIND_REQUEST)
                (void)sip_edit_fail(e, SIP_EDIT_MESSAGE);
        return sip_edit_ready(e);
}

bool sip_edit_first(struct sip_edit *e, enum sip_edit_once what)
{
        if ((e->once & (unsigned)what) != 0)
                (void)sip_edit_fail(e, SIP_EDIT_OVERLAP);
        e->once |= (uint8_t)what;
        return e->status == SIP_EDIT_OK;
}

bool sip_edit_count(struct sip_edit *e, uint8_t hdrs, uint8_t vias)
{
        unsigned hdrs_new = (unsigned)e->hdrs_new + hdrs, vias_new = (unsigned)e->vias_new + vias;

        if (e->msg->hdr_cnt + hdrs_new > SIP_MSG_HDRS_MAX ||
            e->msg->via_cnt + vias_new > VIA_CNT_MAX)
                (void)sip_edit_fail(e, SIP_EDIT_TOO_LONG);
        if (e->status != SIP_EDIT_OK)
                return false;
        e->hdrs_new = (uint16_t)hdrs_new;
        e->vias_new = (uint8_t)vias_new;
        return true;
}

uint32_t sip_edit_line(const struct sip_msg *m, uint32_t idx)
{
        return idx < m->hdr_cnt ? m->hdrs[idx].name.off : m->header_end - 2u;
}

void sip_edit_put(struct sip_edit *e, const void *p, size_t bytes)
{
        if (bytes > (size_t)(e->text_cap - e->text_len)) {
                (void)sip_edit_fail(e, SIP_EDIT_FULL);
                return;
        }
        if (bytes != 0)
                memcpy(e->text + e->text_len, p, bytes);
        e->text_len = (uint16_t)(e->text_len + bytes);
}

void sip_edit_put_number(struct sip_edit *e, uint32_t n)
{
        char digits[10]; /* 2^32 - 1 has ten */
        size_t at = sizeof(digits);

        do {
                digits[--at] = (char)('0' + n % 10);
                n /= 10;
        } while (n != 0);
        sip_edit_put(e, digits + at, sizeof(digits) - at);
}

/* Has the splice its place behind a new one at `at`? Insertions keep their order, and come before a
 * cut that begins where they are. */
static bool goes_behind(const struct sip_splice *s, uint32_t at, uint32_t cut)
{
        return s->at > at || (s->at == at && s->cut != 0 && cut == 0);
}

enum sip_edit_status sip_edit_commit(struct sip_edit *e, uint32_t at, uint32_t cut, uint32_t from)
{
        struct sip_splice *s = e->splices;
        uint32_t i = e->splice_cnt;
        uint32_t len = e->text_len - from;

        if (e->status != SIP_EDIT_OK)
                return (enum sip_edit_status)e->status;
        if (at > e->msg->len || cut > e->msg->len - at)
                return sip_edit_fail(e, SIP_EDIT_INVALID);
        if (i == e->splice_cap)
                return sip_edit_fail(e, SIP_EDIT_FULL);
        while (i > 0 && goes_behind(&s[i - 1], at, cut))
                i--;
        if ((i > 0 && (uint32_t)s[i - 1].at + s[i - 1].cut > at) ||
            (i < e->splice_cnt && at + cut > s[i].at))
                return sip_edit_fail(e, SIP_EDIT_OVERLAP);
        if (i < e->splice_cnt)
                memmove(&s[i + 1], &s[i], (e->splice_cnt - i) * sizeof(s[0]));
        s[i] = (struct sip_splice){(uint16_t)at, (uint16_t)cut, (uint16_t)from, (uint16_t)len};
        e->splice_cnt++;
        e->growth += (int32_t)len - (int32_t)cut;
        return SIP_EDIT_OK;
}

enum sip_edit_status sip_edit_splice(struct sip_edit *e, uint32_t at, uint32_t cut,
                                     struct sip_text text)
{
        uint32_t from = e->text_len;

        sip_edit_put_text(e, text);
        return sip_edit_commit(e, at, cut, from);
}

enum sip_edit_status sip_edit_size(const struct sip_edit *e, size_t *bytes)
{
        /* Neither term is beyond 17 bits: the message is, and each splice's cut lies in it; the
         * text is at most 16. */
        int32_t size = (int32_t)e->msg->len + e->growth;

        if (e->status != SIP_EDIT_OK)
                return (enum sip_edit_status)e->status;
        if (size > (int32_t)SIP_MSG_BYTES_MAX)
                return SIP_EDIT_TOO_LONG;
        *bytes = (size_t)size;
        return SIP_EDIT_OK;
}

enum sip_edit_status sip_edit_apply(const struct sip_edit *e, uint8_t *out, size_t cap, size_t *len)
{
        const uint8_t *buf = e->msg->buf;
        uint32_t from = 0;
        size_t size;
        enum sip_edit_status status = sip_edit_size(e, &size);

        if (status != SIP_EDIT_OK)
                return status;
        if (size > cap)
                return SIP_EDIT_SPACE;
        for (uint32_t i = 0; i < e->splice_cnt; i++) {
                const struct sip_splice *s = &e->splices[i];

                memcpy(out, buf + from, s->at - from);
                out += s->at - from;
                memcpy(out, e->text + s->text, s->len);
                out += s->len;
                from = (uint32_t)s->at + s->cut;
        }
        if (e->msg->len > from)
                memcpy(out, buf + from, e->msg->len - from);
        *len = size;
        return SIP_EDIT_OK;
}

/* What is kept between two splices: octets [from, to), which move by `by`. */
struct kept {
        uint32_t from;
        uint32_t to;
        int32_t by;
};

/* The part before splice i, for i == splice_cnt the last; before.by is that of the part before it.
 */
static struct kept kept_after(const struct sip_edit *e, struct kept before, uint32_t i)
{
        const struct sip_splice *s = &e->splices[i - 1];

        return (struct kept){
            .from = (uint32_t)s->at + s->cut,
            .to = i < e->splice_cnt ? e->splices[i].at : e->msg->len,
            .by = before.by + s->len - s->cut,
        };
}

static struct kept kept_first(const struct sip_edit *e, int32_t shift)
{
        return (struct kept){0, e->splice_cnt > 0 ? e->splices[0].at : e->msg->len, shift};
}

static void move(uint8_t *at, struct kept k)
{
        memmove(at + k.from + k.by, at + k.from, k.to - k.from);
}

/*
 * Parts keep their order, so a part that moves left can only land on what lay before it, and of
 * that only on parts that move left, too; these are done from the front. Those that move right are
 * done from the back. Text is filled in when everything stands.
 */
void sip_edit_in_place(const struct sip_edit *e, uint8_t *at, int32_t shift)
{
        struct kept k = kept_first(e, shift);
        uint32_t n = e->splice_cnt;

        if (k.by < 0)
                move(at, k);
        for (uint32_t i = 1; i <= n; i++) {
                k = kept_after(e, k, i);
                if (k.by < 0)
                        move(at, k);
        }
        for (uint32_t i = n; i > 0; i--) {
                const struct sip_splice *s = &e->splices[i - 1];

                if (k.by > 0)
                        move(at, k);
                k.by -= s->len - s->cut;
                k.to = s->at;
                k.from = i > 1 ? (uint32_t)s[-1].at + s[-1].cut : 0;
        }
        if (k.by > 0)
                move(at, k);
        for (uint32_t i = 0; i < n; i++) {
                const struct sip_splice *s = &e->splices[i];

                memcpy(at + s->at + k.by, e->text + s->text, s->len);
                k.by += s->len - s->cut;
        }
}

static uint32_t moved(const struct sip_edit *e, int32_t shift)
{
        struct kept k = kept_first(e, shift);
        uint32_t octets = k.by != 0 ? k.to - k.from : 0;

        for (uint32_t i = 1; i <= e->splice_cnt; i++) {
                k = kept_after(e, k, i);
                octets += k.by != 0 ? k.to - k.from : 0;
        }
        return octets;
}

int32_t sip_edit_shift(const struct sip_edit *e, uint32_t front)
{
        if (e->growth == 0)
                return 0;
        return front + moved(e, -e->growth) < moved(e, 0) ? -e->growth : 0;
}
