/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_payload.h"

#include <stdbool.h>
#include <string.h>

#define STUN_HEADER_BYTES   20u
#define STUN_COOKIE         "\x21\x12\xa4\x42"
/* The first line of an HTTP message is looked at no further than this. */
#define HTTP_LINE_BYTES_MAX 2048u

static unsigned u16(const uint8_t *p)
{
        return (unsigned)(p[0] << 8 | p[1]);
}

/* Do attributes fill [p, p + len) to the octet? Each has a length of its own, rounded up to 4 (RFC
 * 8489 14): what reads past one that lies is not for us to find out. */
static bool stun_attributes(const uint8_t *p, size_t len)
{
        size_t at = 0;

        while (at < len)
                at += 4 + ((u16(p + at + 2) + 3u) & ~3u);
        return at == len;
}

static bool is_stun(const uint8_t *p, size_t len)
{
        return len >= STUN_HEADER_BYTES && (p[3] & 3u) == 0 &&
               u16(p + 2) + STUN_HEADER_BYTES == len && memcmp(p + 4, STUN_COOKIE, 4) == 0 &&
               stun_attributes(p + STUN_HEADER_BYTES, len - STUN_HEADER_BYTES);
}

/* Padding to four octets is allowed over UDP (RFC 8656 12.5). */
static bool is_turn(const uint8_t *p, size_t len)
{
        return len >= 4 && u16(p + 2) + 4u <= len && len < u16(p + 2) + 8u;
}

/* Content types 20 to 26 of the TLS registry. */
static bool is_dtls(const uint8_t *p, size_t len)
{
        return len >= 13 && p[0] <= 26 && p[1] == 0xfe && p[2] >= 0xfc && u16(p + 11) + 13u <= len;
}

static bool is_tls(const uint8_t *p, size_t len)
{
        return len >= 5 && p[0] <= 23 && p[1] == 3 && p[2] <= 4 && u16(p + 3) != 0;
}

/* A compound begins with a report, whose length counts words less one. */
static bool is_rtcp(const uint8_t *p, size_t len)
{
        return len >= 8 && p[1] >= 192 && p[1] <= 223 && (u16(p + 2) + 1u) * 4u <= len;
}

static bool is_rtp(const uint8_t *p, size_t len)
{
        size_t header = 12u + 4u * (p[0] & 15u);

        return len >= header && (p[1] < 192 || p[1] > 223);
}

static bool is_http(const uint8_t *p, size_t len)
{
        const uint8_t *lf = memchr(p, '\n', len < HTTP_LINE_BYTES_MAX ? len : HTTP_LINE_BYTES_MAX);
        static const char version[] = " HTTP/1.";
        size_t n = sizeof(version) - 1, line = lf != NULL ? (size_t)(lf - p) : 0;

        if (len >= n - 1 && memcmp(p, version + 1, n - 1) == 0)
                return true;
        if (line > 0 && p[line - 1] == '\r')
                line--;
        return line > n && memcmp(p + line - n - 1, version, n) == 0;
}

enum sip_payload sip_payload_find(const uint8_t *buf, size_t len)
{
        if (len == 0)
                return SIP_PAYLOAD_OTHER;
        if (buf[0] < 64 && is_stun(buf, len)) /* its first two bits are zero; RFC 7983 says < 4,
                                               * as no method above 0xff exists */
                return SIP_PAYLOAD_STUN;
        if (buf[0] >= 20 && buf[0] < 64) {
                if (is_dtls(buf, len))
                        return SIP_PAYLOAD_DTLS;
                return is_tls(buf, len) ? SIP_PAYLOAD_TLS : SIP_PAYLOAD_OTHER;
        }
        if (buf[0] >= 128 && buf[0] < 192) {
                if (is_rtcp(buf, len))
                        return SIP_PAYLOAD_RTCP;
                return is_rtp(buf, len) ? SIP_PAYLOAD_RTP : SIP_PAYLOAD_OTHER;
        }
        if (is_http(buf, len)) /* "M-SEARCH" begins where TURN's channels are */
                return SIP_PAYLOAD_HTTP;
        return buf[0] >= 64 && buf[0] < 80 && is_turn(buf, len) ? SIP_PAYLOAD_TURN
                                                                : SIP_PAYLOAD_OTHER;
}

const char *sip_payload_name(unsigned payload)
{
        static const char *const names[SIP_PAYLOAD_CNT] = {
            "other", "stun", "turn", "dtls", "tls", "rtp", "rtcp", "http",
        };

        return payload < SIP_PAYLOAD_CNT ? names[payload] : "unknown";
}
