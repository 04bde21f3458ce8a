/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_frame.c - any octets as a stream and as one WebSocket message: the same events however the
 * stream is cut, and the same boundary as the datagram parser finds in a message it accepts.
 */
#include "parser/sip_frame.h"
#include "parser/sip_parse.h"
#include "tests/fuzz/exact.h"

#define HEADER_MAX 8192u
#define BODY_MAX   16384u

/* The next event in data[at..], which is fed in pieces of at most `piece` octets. */
static enum sip_frame_event next(struct sip_frame *f, const uint8_t *data, size_t size, size_t *at,
                                 size_t piece)
{
        enum sip_frame_event event = SIP_FRAME_MORE;
        size_t used = 0;

        do {
                size_t n = size - *at < piece ? size - *at : piece;

                event = sip_frame_feed(f, data + *at, n, &used);
                must(used <= n && (event != SIP_FRAME_MORE || used == n));
                *at += used;
        } while (event == SIP_FRAME_MORE && *at < size);
        return event;
}

static void same_boundary(const uint8_t *p, const struct sip_frame *f)
{
        static struct sip_msg m;

        must(f->bytes == f->header_bytes + f->body_bytes);
        must(f->header_bytes <= HEADER_MAX && f->body_bytes <= BODY_MAX);
        if (sip_parse(p, f->bytes, &m) == SIP_ANOM_NONE) {
                must(m.header_end == f->header_bytes);
                must(m.body_len == f->body_bytes);
        }
}

static void stream(const uint8_t *data, size_t size, size_t piece)
{
        struct sip_frame whole, cut;
        size_t at = 0, cut_at = 0;
        enum sip_frame_event event;

        must(sip_frame_init(&whole, HEADER_MAX, BODY_MAX));
        must(sip_frame_init(&cut, HEADER_MAX, BODY_MAX));
        do {
                event = next(&whole, data, size, &at, size);
                must(next(&cut, data, size, &cut_at, piece) == event);
                must(at == cut_at && whole.bytes == cut.bytes && whole.fault == cut.fault);
                must(whole.bytes <= at);
                if (event == SIP_FRAME_MESSAGE)
                        same_boundary(data + at - whole.bytes, &whole);
        } while (event != SIP_FRAME_MORE && event != SIP_FRAME_FAULT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        uint8_t *copy = exact_copy(data, size);
        struct sip_frame f;

        stream(copy, size, 1);
        stream(copy, size, 1 + (size > 0 ? copy[size - 1] : 0));
        must(sip_frame_init(&f, HEADER_MAX, BODY_MAX));
        if (sip_frame_ws(&f, copy, size) == SIP_FRAME_MESSAGE)
                same_boundary(copy + size - f.bytes, &f);
        free(copy);
        return 0;
}
