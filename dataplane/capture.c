/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/capture.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <pcap/pcap.h>

#include "dataplane/capture_ng.h"

#define ETH_BYTES             14u
#define ETHERTYPE_IP4         0x0800u
#define ETHERTYPE_IP6         0x86ddu
#define ETHERTYPE_MIN         0x0600u /* below it the field is an 802.3 length */
#define ETHERTYPE_UNDECODABLE 0x88b5u

#define SLL_BYTES    16u
#define SLL2_BYTES   20u
#define FAMILY_BYTES 4u

#define PPP_IP4 0x0021u
#define PPP_IP6 0x0057u

#define NS_PER_S      UINT64_C(1000000000)
#define SECONDS_MAX   UINT64_C(16725225600) /* the year 2500: below 2^64 ns with room to add */
#define WRITE_SNAPLEN 262144

_Static_assert(PCAP_ERRBUF_SIZE <= DP_CAPTURE_ERROR_BYTES, "libpcap's messages do not fit");

struct dp_capture {
        pcap_t *pcap;             /* NULL: a pcapng file */
        struct dp_capture_ng *ng; /* NULL: any other */
        FILE *ng_file;
        int link_type;
        uint8_t *buf; /* a frame with its made-up header */
        size_t buf_bytes;
        uint64_t undecodable;
};

/* Where the network packet begins in a caught frame, and what it is. */
struct inner {
        uint32_t off;
        uint16_t ethertype; /* ETHERTYPE_UNDECODABLE with off 0: not known */
};
static const struct inner undecodable = {0, ETHERTYPE_UNDECODABLE};

static inline uint16_t be16(const uint8_t *p)
{
        return (uint16_t)(p[0] << 8 | p[1]);
}

/* libpcap names the file in some of its messages and not in others; our caller always does. */
static void drop_path(char *error, const char *path)
{
        size_t n = strlen(path);

        if (strncmp(error, path, n) == 0 && strncmp(error + n, ": ", 2) == 0)
                memmove(error, error + n + 2, strlen(error + n + 2) + 1);
}

/* Ours, or libpcap's, by the file's first octet. */
static int open_file(struct dp_capture *c, FILE *f, char error[DP_CAPTURE_ERROR_BYTES])
{
        int first = getc(f);

        if (first != EOF)
                (void)ungetc(first, f);
        if (first != DP_CAPTURE_NG_FIRST) {
                c->pcap =
                    pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, error);
                if (c->pcap == NULL)
                        return -EBADMSG;
                c->link_type = pcap_datalink(c->pcap);
                return 0;
        }
        c->ng = dp_capture_ng_create(f);
        if (c->ng == NULL || dp_capture_ng_begin(c->ng) != 0) {
                snprintf(error, DP_CAPTURE_ERROR_BYTES, "%s",
                         c->ng != NULL ? dp_capture_ng_error(c->ng) : "no memory");
                dp_capture_ng_destroy(c->ng);
                return -EBADMSG;
        }
        c->ng_file = f;
        return 0;
}

int dp_capture_open(struct dp_capture **out, const char *path, char error[DP_CAPTURE_ERROR_BYTES])
{
        struct dp_capture *c = calloc(1, sizeof(*c));
        FILE *f = c == NULL ? NULL : strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
        int rc;

        if (f == NULL) {
                snprintf(error, DP_CAPTURE_ERROR_BYTES, "%s",
                         c == NULL ? "no memory" : strerror(errno));
                free(c);
                return -EBADMSG;
        }
        rc = open_file(c, f, error);
        if (rc == 0) {
                *out = c;
                return 0;
        }
        if (f != stdin)
                (void)fclose(f);
        free(c);
        return rc;
}

void dp_capture_close(struct dp_capture *c)
{
        if (c == NULL)
                return;
        if (c->pcap != NULL)
                pcap_close(c->pcap);
        dp_capture_ng_destroy(c->ng);
        if (c->ng_file != NULL && c->ng_file != stdin)
                (void)fclose(c->ng_file);
        free(c->buf);
        free(c);
}

const char *dp_capture_error(struct dp_capture *c)
{
        return c->ng != NULL ? dp_capture_ng_error(c->ng) : pcap_geterr(c->pcap);
}

uint64_t dp_capture_undecodable(const struct dp_capture *c)
{
        return c->undecodable;
}

static struct inner inner_raw(const uint8_t *p, uint32_t len, uint32_t off)
{
        if (len > off && p[off] >> 4 == 4)
                return (struct inner){off, ETHERTYPE_IP4};
        if (len > off && p[off] >> 4 == 6)
                return (struct inner){off, ETHERTYPE_IP6};
        return undecodable;
}

/* The family is in the byte order of the machine that caught it (NULL) or of the network (LOOP);
 * every family known fits one octet, so either end may hold it. IPv6 has a number per system. */
static struct inner inner_family(const uint8_t *p, uint32_t len)
{
        uint8_t family;

        if (len < FAMILY_BYTES || p[1] != 0 || p[2] != 0 || (p[0] != 0 && p[3] != 0))
                return undecodable;
        family = p[0] | p[3];
        if (family == 2)
                return (struct inner){FAMILY_BYTES, ETHERTYPE_IP4};
        if (family == 10 || family == 24 || family == 28 || family == 30)
                return (struct inner){FAMILY_BYTES, ETHERTYPE_IP6};
        return undecodable;
}

/* RFC 1661 2, RFC 1662 3.1: address and control octets may be left out, and so may the protocol's
 * first octet when it is zero. */
static struct inner inner_ppp(const uint8_t *p, uint32_t len)
{
        uint32_t off = len >= 2 && p[0] == 0xff && p[1] == 0x03 ? 2 : 0;
        uint16_t proto;

        if (len < off + 2)
                return undecodable;
        proto = (p[off] & 1u) != 0 ? p[off] : be16(p + off);
        off += (p[off] & 1u) != 0 ? 1 : 2;
        if (proto == PPP_IP4)
                return (struct inner){off, ETHERTYPE_IP4};
        if (proto == PPP_IP6)
                return (struct inner){off, ETHERTYPE_IP6};
        return undecodable;
}

static struct inner inner_cooked(const uint8_t *p, uint32_t len, uint32_t header, uint32_t proto)
{
        if (len < header || be16(p + proto) < ETHERTYPE_MIN)
                return undecodable;
        return (struct inner){header, be16(p + proto)};
}

static struct inner find_inner(int link_type, const uint8_t *p, uint32_t len)
{
        switch (link_type) {
        case DLT_RAW: /* 12 here, 14 on OpenBSD, 101 in files */
        case 14:
        case 101:
        case DLT_IPV4:
        case DLT_IPV6:
                return inner_raw(p, len, 0);
        case DLT_LINUX_SLL:
                return inner_cooked(p, len, SLL_BYTES, 14);
        case DLT_LINUX_SLL2:
                return inner_cooked(p, len, SLL2_BYTES, 0);
        case DLT_NULL:
        case DLT_LOOP:
                return inner_family(p, len);
        case DLT_C_HDLC: /* RFC 1547: address, control, an EtherType */
                return inner_cooked(p, len, FAMILY_BYTES, 2);
        case DLT_PPP:
        case DLT_PPP_SERIAL:
                return inner_ppp(p, len);
        default:
                return undecodable;
        }
}

static bool buf_reserve(struct dp_capture *c, size_t bytes)
{
        uint8_t *buf;

        if (bytes <= c->buf_bytes)
                return true;
        buf = realloc(c->buf, bytes);
        if (buf == NULL)
                return false;
        c->buf = buf;
        c->buf_bytes = bytes;
        return true;
}

static int dress(struct dp_capture *c, const uint8_t *p, uint32_t len,
                 struct dp_capture_frame *frame)
{
        static const uint8_t macs[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
        struct inner in = find_inner(c->link_type, p, len);

        if (!buf_reserve(c, (size_t)ETH_BYTES + len))
                return -ENOMEM;
        c->undecodable += in.ethertype == ETHERTYPE_UNDECODABLE;
        memcpy(c->buf, macs, sizeof(macs));
        c->buf[12] = (uint8_t)(in.ethertype >> 8);
        c->buf[13] = (uint8_t)in.ethertype;
        if (len > in.off)
                memcpy(c->buf + ETH_BYTES, p + in.off, len - in.off);
        frame->data = c->buf;
        frame->len = ETH_BYTES + len - in.off;
        return 1;
}

static uint64_t stamp_ns(const struct timeval *tv)
{
        if (tv->tv_sec < 0)
                return 0;
        if ((uint64_t)tv->tv_sec >= SECONDS_MAX)
                return SECONDS_MAX * NS_PER_S;
        return (uint64_t)tv->tv_sec * NS_PER_S + ((uint64_t)tv->tv_usec & UINT32_MAX);
}

static int next_of_pcap(struct dp_capture *c, struct dp_capture_frame *frame)
{
        struct pcap_pkthdr *h;
        const u_char *p;
        int rc = pcap_next_ex(c->pcap, &h, &p);

        if (rc == PCAP_ERROR_BREAK)
                return 0;
        if (rc != 1)
                return -EBADMSG;
        frame->time_ns = stamp_ns(&h->ts);
        frame->data = p;
        frame->len = h->caplen;
        return 1;
}

int dp_capture_next(struct dp_capture *c, struct dp_capture_frame *frame)
{
        int rc = c->ng != NULL ? dp_capture_ng_next(c->ng, frame, &c->link_type)
                               : next_of_pcap(c, frame);

        return rc == 1 && c->link_type != DLT_EN10MB ? dress(c, frame->data, frame->len, frame)
                                                     : rc;
}

/* ---- writing ---- */

struct dp_capture_writer {
        pcap_t *pcap;
        pcap_dumper_t *dump;
};

int dp_capture_create(struct dp_capture_writer **out, const char *path,
                      char error[DP_CAPTURE_ERROR_BYTES])
{
        struct dp_capture_writer *w = calloc(1, sizeof(*w));

        if (w == NULL) {
                snprintf(error, DP_CAPTURE_ERROR_BYTES, "no memory");
                return -EIO;
        }
        w->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, WRITE_SNAPLEN,
                                                       PCAP_TSTAMP_PRECISION_NANO);
        w->dump = w->pcap != NULL ? pcap_dump_open(w->pcap, path) : NULL;
        if (w->dump == NULL) {
                snprintf(error, DP_CAPTURE_ERROR_BYTES, "%s",
                         w->pcap != NULL ? pcap_geterr(w->pcap) : "no memory");
                drop_path(error, path);
                if (w->pcap != NULL)
                        pcap_close(w->pcap);
                free(w);
                return -EIO;
        }
        *out = w;
        return 0;
}

void dp_capture_write(struct dp_capture_writer *w, const struct dp_capture_frame *frame)
{
        struct pcap_pkthdr h = {
            .ts = {.tv_sec = (time_t)(frame->time_ns / NS_PER_S),
                   .tv_usec = (suseconds_t)(frame->time_ns % NS_PER_S)}, /* holds ns by precision */
            .caplen = frame->len,
            .len = frame->len,
        };

        pcap_dump((u_char *)w->dump, &h, frame->data);
}

int dp_capture_finish(struct dp_capture_writer *w)
{
        bool good = pcap_dump_flush(w->dump) == 0 && ferror(pcap_dump_file(w->dump)) == 0;

        pcap_dump_close(w->dump);
        pcap_close(w->pcap);
        free(w);
        return good ? 0 : -EIO;
}
