/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rewrite_packet.c - random edits of a payload, with every amount of room on either side,
 * judged by decap's own checks; and nothing is written where there is no room.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "dataplane/burst.h"
#include "dataplane/stages/decap_core.h"
#include "dataplane/stages/rewrite_packet.h"
#include "tests/contract/rng.h"
#include "tests/dataplane/frame.h"

#define PAYLOAD   301u
#define SPLICES   8u
#define ROOM_MAX  512u
#define UNTOUCHED 0xcc

/* A frame between two stretches of room, in memory that shows what was written. */
static struct {
        uint8_t before[ROOM_MAX];
        uint8_t frame[FRAME_MAX + ROOM_MAX];
} arena;

static struct sip_msg msg;
static struct sip_splice splices[SPLICES];
static uint8_t text[1024];

static struct sip_edit list(uint8_t *at, uint32_t len)
{
        struct sip_edit e = {
            .splices = splices, .text = text, .splice_cap = SPLICES, .text_cap = sizeof(text)};

        msg = (struct sip_msg){.buf = at, .len = len};
        sip_edit_init(&e, &msg);
        return e;
}

/* The frame into the arena; offsets as decap finds them. */
static struct dp_rewrite_packet place(const struct frame *f)
{
        struct dp_decap_result r;

        memset(&arena, UNTOUCHED, sizeof(arena));
        memcpy(arena.frame, f->b, f->len);
        assert_int_equal(dp_decap_core(arena.frame, (uint32_t)f->len, DP_UDP_SUM_VERIFY, &r), SHM_REASON_NONE);
        return (struct dp_rewrite_packet){
            .l3_off = r.l3_off,
            .l4_off = r.l4_off,
            .payload_off = r.payload_off,
            .payload_len = r.payload_len,
            .flags = r.flags,
            .headroom = ROOM_MAX,
            .tailroom = ROOM_MAX,
            .ip_bytes_max = 1500,
        };
}

static void build(struct frame *f, unsigned kind, struct rng *r)
{
        char payload[PAYLOAD];

        for (size_t i = 0; i < sizeof(payload); i++)
                payload[i] = (char)rng_next(r);
        frame_eth(f, kind >= 2 ? 0x86ddu : 0x0800u);
        if (kind == 3) {
                frame_ip6(f, 60);
                frame_ext(f, 17, 16);
        } else if (kind == 2) {
                frame_ip6(f, 17);
        } else {
                frame_ip4(f, 17, kind * 8);
        }
        frame_udp(f, payload, sizeof(payload) - rng_below(r, 2));
        frame_seal(f, 1);
        if (kind == 3) /* frame_seal() knows no extension headers */
                frame_set16(f, f->l4 + 6, frame_udp_checksum(f->b, f->l3, f->l4, f->len));
}

static void add_random(struct sip_edit *e, struct rng *r)
{
        static const char filler[] = "\r\n0123456789abcdefghijklmnopqrstuvwxyz";
        unsigned want = (unsigned)rng_below(r, SPLICES);

        for (unsigned i = 0; i < want; i++) {
                uint32_t at = (uint32_t)rng_below(r, msg.len + 1);
                uint32_t cut = (uint32_t)rng_below(r, 24);
                struct sip_edit before = *e;

                if (cut > msg.len - at)
                        cut = msg.len - at;
                if (sip_edit_splice(e, at, cut, (struct sip_text){filler, rng_below(r, 36)}) !=
                    SIP_EDIT_OK)
                        *e = before;
        }
}

static void judge(const struct dp_rewrite_packet *in, const struct dp_rewritten *out,
                  const uint8_t *want, size_t size)
{
        const uint8_t *frame = arena.frame + out->start;
        struct dp_decap_result r;

        assert_int_equal(out->len, in->payload_off + size);
        /* decap checks lengths against each other, and both checksums */
        assert_int_equal(dp_decap_core(frame, out->len, DP_UDP_SUM_VERIFY, &r), SHM_REASON_NONE);
        assert_int_equal(r.payload_off, in->payload_off);
        assert_int_equal(r.payload_len, size);
        assert_memory_equal(frame + r.payload_off, want, size);
        assert_int_equal(r.flow.sport, 5061);
}

static void check_untouched(const struct dp_rewrite_packet *in)
{
        const uint8_t *low = arena.frame - in->headroom;
        const uint8_t *high = arena.frame + in->payload_off + in->payload_len + in->tailroom;

        for (const uint8_t *p = arena.before; p < low; p++)
                assert_int_equal(*p, UNTOUCHED);
        for (const uint8_t *p = high; p < arena.frame + sizeof(arena.frame); p++)
                assert_int_equal(*p, UNTOUCHED);
}

static void random_edits(void **state)
{
        struct rng r = rng_seeded("random edits");
        unsigned moved_front = 0, no_room = 0, done = 0;

        (void)state;
        for (unsigned i = 0; i < 60000; i++) {
                struct frame f = {0};
                uint8_t want[PAYLOAD + ROOM_MAX], before[sizeof(arena)];
                struct dp_rewritten out;
                uint32_t lead = (uint32_t)rng_below(&r, 3) * 2;
                size_t size;

                build(&f, i % 4, &r);
                struct dp_rewrite_packet in = place(&f);
                struct sip_edit e =
                    list(arena.frame + in.payload_off + lead, in.payload_len - lead);

                add_random(&e, &r);
                in.headroom = (uint32_t)rng_below(&r, 200);
                in.tailroom = (uint32_t)rng_below(&r, 200);
                assert_int_equal(sip_edit_apply(&e, want, sizeof(want), &size), SIP_EDIT_OK);
                memcpy(before, &arena, sizeof(arena));
                int32_t growth = (int32_t)size - in.payload_len;
                int rc = dp_rewrite_packet(arena.frame, &in, &e, &out);

                if (rc != 0) {
                        assert_int_equal(rc, -ENOSPC);
                        assert_true(growth > (int32_t)in.headroom && growth > (int32_t)in.tailroom);
                        assert_memory_equal(before, &arena, sizeof(arena));
                        no_room++;
                        continue;
                }
                judge(&in, &out, want, size);
                check_untouched(&in);
                moved_front += out.start != 0;
                done++;
        }
        printf("%u rewritten, the front moved in %u; %u without room\n", done, moved_front,
               no_room);
        assert_true(moved_front > 1000 && no_room > 100);
}

static void no_checksum_stays_none(void **state)
{
        struct rng r = {1};
        struct dp_decap_result after;
        struct dp_rewritten out;
        struct frame f;

        (void)state;
        build(&f, 0, &r);
        memset(f.b + f.l4 + 6, 0, 2);
        struct dp_rewrite_packet in = place(&f);
        struct sip_edit e = list(arena.frame + in.payload_off, in.payload_len);

        (void)sip_edit_splice(&e, 5, 3, sip_text_of("x"));
        assert_int_equal(dp_rewrite_packet(arena.frame, &in, &e, &out), 0);
        assert_int_equal(frame_get16(arena.frame + out.start + f.l4 + 6), 0);
        assert_int_equal(dp_decap_core(arena.frame + out.start, out.len, DP_UDP_SUM_VERIFY, &after),
                         SHM_REASON_NONE);
}

/* The way on takes packets up to a length; what was longer may stay so but not grow. */
static void no_longer_than_the_way_takes(void **state)
{
        struct rng r = {1};
        struct dp_rewritten out;
        struct frame f;

        (void)state;
        for (unsigned kind = 0; kind < 4; kind++) {
                build(&f, kind, &r);
                uint32_t ip_bytes = (uint32_t)(f.len - f.l3);

                for (int more = -1; more <= 1; more++) {
                        struct dp_rewrite_packet in = place(&f);
                        struct sip_edit e = list(arena.frame + in.payload_off, in.payload_len);

                        in.ip_bytes_max = (uint32_t)((int)ip_bytes + 4 + more);
                        (void)sip_edit_splice(&e, 5, 0, sip_text_of("abcd"));
                        assert_int_equal(dp_rewrite_packet(arena.frame, &in, &e, &out),
                                         more < 0 ? -EMSGSIZE : 0);
                }
                struct dp_rewrite_packet in = place(&f);
                struct sip_edit e = list(arena.frame + in.payload_off, in.payload_len);

                in.ip_bytes_max = 100;
                (void)sip_edit_splice(&e, 5, 4, sip_text_of("abcd"));
                assert_int_equal(dp_rewrite_packet(arena.frame, &in, &e, &out), 0);
                e.status = SIP_EDIT_FULL;
                assert_int_equal(dp_rewrite_packet(arena.frame, &in, &e, &out), -EINVAL);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(random_edits),
            cmocka_unit_test(no_checksum_stays_none),
            cmocka_unit_test(no_longer_than_the_way_takes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
