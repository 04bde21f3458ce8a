/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bad packets, by the rows of the table of bad inputs that a parser alone does not see: other
 * protocols on the SIP port, fragments and tunnels through the whole packet path, and handles of
 * held messages. Nothing is answered, and every packet is accounted for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/stages/pending.h"
#include "tests/dataplane/bad_layers.h"
#include "tests/dataplane/chain.h"
#include "tests/parser/bad/bad_run.h"

#define PENDING_SLOTS 8u

static struct bad_table table;
static struct bad_args args;
static struct dp_config config;
static struct chain *chain;

/* The one reason that this packet was counted under, since `before`. */
static void say_verdict(const struct shm_counters *before, char *out)
{
        const struct shm_counters *now = chain_counters(chain);

        for (unsigned i = 0; i < SHM_REASONS_MAX; i++) {
                bool dropped = now->dropped[i] != before->dropped[i];

                if (dropped || now->passed[i] != before->passed[i]) {
                        snprintf(out, BAD_OUTCOME_BYTES, "%s:%s", dropped ? "drop" : "pass",
                                 shm_reason_name((enum shm_reason)i));
                        return;
                }
        }
        snprintf(out, BAD_OUTCOME_BYTES, "none:none");
}

static void through_the_chain(const struct frame *f, char *out)
{
        struct shm_counters before = *chain_counters(chain);
        uint8_t sent[FRAME_MAX];

        chain_send_bytes(SHM_SIDE_OUTSIDE, f->b, f->len);
        chain_turn(chain);
        say_verdict(&before, out);
        chain_assert_conserved(chain);
        assert_int_equal(chain_receive(SHM_SIDE_OUTSIDE, sent, sizeof(sent)), 0);
        if (chain_receive(SHM_SIDE_INSIDE, sent, sizeof(sent)) != 0)
                assert_memory_equal(out, "pass:", 5);
}

static void read_packet(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        static struct frame f;

        (void)r;
        frame_eth(&f, 0x0800);
        frame_ip4(&f, 17, 0);
        frame_udp(&f, p, n);
        frame_seal(&f, 1);
        through_the_chain(&f, out);
}

static void read_layers(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        static struct frame f;

        (void)r;
        bad_layers_build(&f, (const char *)p, n);
        through_the_chain(&f, out);
}

/* Which of the messages that are held has this id; PENDING_SLOTS for none. */
static unsigned slot_of(const uint64_t *held, uint64_t id)
{
        unsigned i = 0;

        while (i < PENDING_SLOTS && (held[i] == 0 || held[i] != id))
                i++;
        return i;
}

/*
 * Each octet holds a message, answers one, answers one again, or answers with an id made up. A
 * message comes back exactly when its own id is first given, whatever was given before.
 */
static void read_pending(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        uint64_t held[PENDING_SLOTS] = {0}, gone[PENDING_SLOTS] = {0}, time_ns = 1;
        struct dp_pending t;
        bool once = true;

        assert_int_equal(dp_pending_init(&t, PENDING_SLOTS, 4000, 0), 0);
        for (size_t i = 0; i < n; i++) {
                unsigned k = (p[i] >> 2) % PENDING_SLOTS, at;
                const struct dp_pkt pkt = {.serial = i};
                struct dp_pkt back;
                uint64_t id;

                if (p[i] % 4 == 0 && dp_pending_has_room(&t, pkt.cls)) {
                        dp_pending_hold(&t, &pkt, time_ns++, 1);
                        if (dp_pending_next(&t, time_ns, &id) == NULL)
                                continue; /* enough are open */
                        at = 0;
                        while (at < PENDING_SLOTS && held[at] != 0)
                                at++;
                        once &= at < PENDING_SLOTS && slot_of(held, id) == PENDING_SLOTS;
                        dp_pending_asked(&t, time_ns);
                        held[at] = id;
                        continue;
                }
                id = p[i] % 4 == 1 ? held[k] : p[i] % 4 == 2 ? gone[k] : rng_next(r);
                at = slot_of(held, id);
                once &= dp_pending_take(&t, id, time_ns, &back) == (at < PENDING_SLOTS);
                if (at < PENDING_SLOTS) {
                        gone[at] = id;
                        held[at] = 0;
                }
        }
        while (dp_pending_oldest(&t) != NULL) {
                struct dp_pkt back;

                dp_pending_take_oldest(&t, time_ns, &back);
        }
        dp_pending_fini(&t);
        snprintf(out, BAD_OUTCOME_BYTES, "held:%s", once ? "once" : "wrong");
}

static bad_reader *find(const char *name)
{
        return strcmp(name, "packet") == 0    ? read_packet
               : strcmp(name, "layers") == 0  ? read_layers
               : strcmp(name, "pending") == 0 ? read_pending
                                              : NULL;
}

static void every_packet(void **state)
{
        (void)state;
        chain = chain_create(&config, false);
        bad_run(&table, &args, find);
        chain_destroy(chain);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(every_packet)};
        int rc;

        args = bad_args_read(argc, argv);
        bad_table_read(&table);
        chain_eal_start(argv[0]);
        rc = dp_config_load(NULL, &config);
        chain_config_unlimited(&config);
        if (rc == 0)
                rc = cmocka_run_group_tests(tests, NULL, NULL);
        dp_config_free(&config);
        return rc;
}
