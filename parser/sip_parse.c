/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_parse.h"

#include <stddef.h>
#include <string.h>

#include "parser/scan/scan_select.h"
#include "parser/sip_cur.h"
#include "parser/sip_method.h"
#include "parser/sip_state.h"
#include "parser/sip_utf8.h"

/* Leading line ends that are skipped, in octets (RFC 3261 7.5; EVASION 14). */
#define LEADING_CRLF_BYTES_MAX 4u

static size_t leading_crlf(const uint8_t *buf, size_t len)
{
        size_t n = 0;

        while (n + 2 <= len && n + 2 <= LEADING_CRLF_BYTES_MAX && buf[n] == '\r' &&
               buf[n + 1] == '\n')
                n += 2;
        return n;
}

static bool only_line_ends(const uint8_t *buf, size_t len)
{
        for (size_t i = 0; i < len; i++) {
                if (buf[i] != '\r' && buf[i] != '\n')
                        return false;
        }
        return true;
}

/* Octets that some stack skips in front of a message: Kamailio takes NULs, chan_sip all up to SP.
 */
static size_t leading_junk(const uint8_t *buf, size_t len)
{
        size_t n = 0;

        while (n < len && buf[n] <= ' ')
                n++;
        return n;
}

/* Does [p, p + n) hold, behind white space, `name`/digit? `name` is in lower case. From the end,
 * where an honest line has it. */
static bool has_version(const uint8_t *p, size_t n, const char *name, size_t name_len)
{
        if (n < name_len + 3)
                return false;
        for (const uint8_t *at = p + (n - name_len - 2); at > p; at--) {
                size_t k = 0;

                if (at[-1] != ' ' && at[-1] != '\t')
                        continue;
                while (k < name_len && sip_lower(at[k]) == (uint8_t)name[k])
                        k++;
                if (k == name_len && at[k] == '/' && sip_is(at[k + 1], SIP_CT_DIGIT))
                        return true;
        }
        return false;
}

/* [buf, buf + len) begins with the octet that is not junk any more; `clean`: nothing but the line
 * ends that RFC 3261 allows stood before it. */
static bool looks_like_request(const uint8_t *buf, size_t len, bool clean)
{
        const uint8_t *lf;
        size_t word = 0;
        size_t line;
        bool blank;

        while (word < len && sip_is(buf[word], SIP_CT_TOKEN))
                word++;
        if (word == 0)
                return false;
        lf = memchr(buf + word, '\n', len - word);
        line = lf ? (size_t)(lf - buf) : len;
        blank = word < line && (buf[word] == ' ' || buf[word] == '\t');
        if (blank && has_version(buf, line, "sip", 3))
                return true;
        /* HTTP, RTSP and SSDP share method names with SIP; their version tells them apart. */
        if (has_version(buf, line, "http", 4) || has_version(buf, line, "rtsp", 4))
                return false;
        return (clean || blank) && sip_method_find(buf, word) != SIP_METHOD_OTHER;
}

enum sip_sniff sip_sniff(const uint8_t *buf, size_t len)
{
        size_t junk;

        if (len == 0)
                return SIP_SNIFF_NOT_SIP;
        if (only_line_ends(buf, len) || (len == 4 && memcmp(buf, "\0\0\0", 4) == 0))
                return SIP_SNIFF_KEEPALIVE;
        junk = leading_junk(buf, len);
        if (len - junk >= 4 && sip_lower(buf[junk]) == 's' && sip_lower(buf[junk + 1]) == 'i' &&
            sip_lower(buf[junk + 2]) == 'p' && buf[junk + 3] == '/')
                return SIP_SNIFF_SIP;
        if (looks_like_request(buf + junk, len - junk, junk == leading_crlf(buf, len)))
                return SIP_SNIFF_SIP;
        return SIP_SNIFF_NOT_SIP;
}

/*
 * Control characters in [from, to). In a header value one is legal as a quoted-pair inside a quoted
 * string (RFC 3261 25.1, RFC 4475 3.1.1.2); everywhere else it is a fault.
 */
static void check_ctl_range(struct sip_msg *m, uint32_t from, uint32_t to, bool value)
{
        bool quoted = false;
        bool escaped = false;

        for (uint32_t p = from; p < to; p++) {
                uint8_t c = m->buf[p];
                bool ctl;

                if (sip_is(c, SIP_CT_TOKEN)) {
                        escaped = false;
                        continue;
                }
                ctl = (c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f;
                if (ctl && value && quoted && escaped)
                        sip_state_note(m, SIP_ANOM_HDR_QUOTED_CTL, p);
                else if (ctl)
                        sip_state_note(m, c == 0 ? SIP_ANOM_HDR_NUL : SIP_ANOM_HDR_CTL, p);
                if (!escaped && c == '"')
                        quoted = !quoted;
                escaped = quoted && !escaped && c == '\\';
        }
}

/* Are there quoted strings in such a field? Not where it is TEXT or products (RFC 3261 25.1). */
static bool has_quotes(enum sip_hdr_id id)
{
        return id != SIP_HDR_SUBJECT && id != SIP_HDR_ORGANIZATION && id != SIP_HDR_USER_AGENT &&
               id != SIP_HDR_SERVER;
}

/* Rare, so it may walk the section again: values by the quoted-pair rule, all else without. */
static void check_ctl(struct sip_msg *m, uint32_t end)
{
        uint32_t p = 0;

        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                struct sip_span v = m->hdrs[i].value;

                check_ctl_range(m, p, v.off, false);
                check_ctl_range(m, v.off, (uint32_t)v.off + v.len,
                                has_quotes((enum sip_hdr_id)m->hdrs[i].id));
                p = (uint32_t)v.off + v.len;
        }
        check_ctl_range(m, p, end, false);
}

static void check_utf8(struct sip_msg *m, uint32_t end)
{
        size_t at = sip_utf8_check(m->buf, end);

        if (at < end)
                sip_state_note(m, SIP_ANOM_HDR_NOT_UTF8, (uint32_t)at);
}

static __attribute__((noinline)) void note_no_type(struct sip_msg *m)
{
        sip_state_note(m, SIP_ANOM_CONTENT_TYPE_MISSING, m->body_off);
}

/* A Content-Length that is not what is left behind the header section, `left` octets. */
static __attribute__((noinline)) void frame_otherwise(struct sip_msg *m, uint32_t left)
{
        const uint8_t *rest;

        if (m->content_length > left) {
                sip_state_note(m,
                               sip_anom_has(&m->anomalies, SIP_ANOM_HDR_LF_ONLY)
                                   ? SIP_ANOM_CONTENT_LENGTH_STALE
                                   : SIP_ANOM_CONTENT_LENGTH_BEYOND,
                               m->header_end);
                return;
        }
        m->body_len = (uint16_t)m->content_length;
        sip_state_note(m, SIP_ANOM_BODY_TRAILING, m->header_end + m->content_length);
        rest = m->buf + m->header_end + m->body_len;
        if (sip_sniff(rest, left - m->body_len) == SIP_SNIFF_SIP)
                sip_state_note(m, SIP_ANOM_SECOND_MESSAGE, m->header_end + m->content_length);
}

/* The body: Content-Length octets, or without one all that is left (RFC 3261 18.3). */
static inline void frame_body(struct sip_msg *m)
{
        uint32_t left = m->len - m->header_end;

        m->body_off = m->header_end;
        m->body_len = (uint16_t)left;
        if (m->content_length != left && m->content_length != SIP_CONTENT_LENGTH_ABSENT)
                frame_otherwise(m, left);
        if ((m->body_len != 0) & (m->first[SIP_HDR_CONTENT_TYPE] == SIP_HDR_NONE))
                note_no_type(m);
}

/* A message that no fast path reads. */
static __attribute__((noinline)) void parse_by_grammar(struct sip_msg *m, const uint8_t *buf,
                                                       uint32_t len)
{
        struct sip_state s;
        uint32_t skip = (uint32_t)leading_crlf(buf, len);

        sip_msg_begin(m, buf + skip, len - skip);
        if (only_line_ends(m->buf, m->len)) {
                sip_state_note(m, SIP_ANOM_EMPTY, 0);
                return;
        }
        if (skip != 0)
                sip_state_note(m, SIP_ANOM_LEADING_CRLF, 0);
        s.m = m;
        s.stop = s.odd = false;
        sip_lines_split(&s);
        if (s.odd) {
                check_ctl(m, m->header_end ? m->header_end : m->len);
                check_utf8(m, m->header_end ? m->header_end : m->len);
        }
        sip_fields_finish(&s);
}

enum sip_anomaly sip_parse_with(sip_fast_fn *fast, const uint8_t *buf, size_t len,
                                struct sip_msg *msg)
{
        if (len - 1 >= SIP_MSG_BYTES_MAX) {
                sip_msg_begin(msg, buf, 0);
                sip_state_note(msg, len == 0 ? SIP_ANOM_EMPTY : SIP_ANOM_MSG_TOO_LONG, 0);
                return (enum sip_anomaly)msg->error;
        }
        if (!fast || !fast(buf, (uint32_t)len, msg))
                parse_by_grammar(msg, buf, (uint32_t)len);
        if (msg->header_end != 0)
                frame_body(msg);
        return (enum sip_anomaly)msg->error;
}

enum sip_sniff sip_sniff_parse(sip_fast_fn *fast, const uint8_t *buf, size_t len,
                               struct sip_msg *msg)
{
        enum sip_sniff what;

        /* What it reads begins with a method of ours in capitals and ends its first line in
         * " SIP/2.0", or begins with "SIP/2.0 ". RTP, STUN and TLS begin with no letter. */
        if (fast && len - 1 < SIP_MSG_BYTES_MAX && (uint8_t)(buf[0] - 'A') < 26 &&
            fast(buf, (uint32_t)len, msg)) {
                frame_body(msg);
                return SIP_SNIFF_SIP;
        }
        what = sip_sniff(buf, len);
        if (what == SIP_SNIFF_SIP)
                (void)sip_parse_with(NULL, buf, len, msg);
        return what;
}

enum sip_anomaly sip_parse(const uint8_t *buf, size_t len, struct sip_msg *msg)
{
        return sip_parse_with(scan_best(), buf, len, msg);
}
