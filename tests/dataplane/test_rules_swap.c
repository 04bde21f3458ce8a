/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule sets as they reach the workers: taken, replaced while a reader holds the one before, and
 * refused when they are cut, changed or of another CPU; the one in force then stays.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <malloc.h>

#include <cmocka.h>

#include "control/rules/image.h"
#include "control/rules/read.h"
#include "dataplane/ctl_link.h"
#include "dataplane/log.h"
#include "dataplane/rules_swap.h"
#include "parser/match/match_seal.h"
#include "parser/match/match_set.h"

static struct cp_image image_for(const char *text, uint32_t generation,
                                 enum match_platform platform)
{
        struct cp_rule_errors *errors = calloc(1, sizeof(*errors));
        struct cp_rule_set set = {0};
        struct cp_image image;

        assert_int_equal(
            cp_rules_read(&set, "x", text, strlen(text), &cp_rule_default_vars, errors), 0);
        assert_int_equal(cp_image_make(&set, platform, 1, NULL, &image, errors), 0);
        ((struct match_head *)(void *)image.at)->generation = generation;
        match_seal_set(image.at, image.bytes);
        cp_rule_set_fini(&set);
        free(errors);
        return image;
}

static struct cp_image image_of(const char *text, uint32_t generation)
{
        return image_for(text, generation, MATCH_PLATFORM_HOST);
}

#define RULES                                                                                    \
        "drop sip any any -> any any (sip.user_agent; content:\"scan\"; nocase; sid:1;)\n"       \
        "alert sip [10.0.0.0/8,!10.1.0.0/16] any -> any [5060:5070] (sip.from; "                 \
        "pcre:\"/a+b/R\"; content:\"x\"; distance:1; sip.cseq.num:>5; flowbits:set,a; sid:2;)\n" \
        "alert sip any any -> any any (sip.header:X-A; content:\"y\"; state.class:invite; "      \
        "threshold:type both, track by_src, count 3, seconds 9; sid:3;)\n"

static uint32_t now_generation(const struct dp_link_slot *slot)
{
        const struct dp_rules *r = dp_swap_now(&slot->rules);

        return r != NULL ? r->generation : 0;
}

static void a_set_replaces_the_one_before(void **state)
{
        struct dp_link_slot slot = {.worker_cnt = 2};
        struct cp_image a = image_of(RULES, 7);
        struct cp_image b = image_of("alert sip any any -> any any (sid:4;)\n", 8);
        struct cp_image none = image_of("", 9);

        (void)state;
        dp_rules_swap_init(&slot.rules, NULL);
        assert_int_equal(dp_rules_swap_take(&slot, a.at, a.bytes), 0);
        assert_int_equal(now_generation(&slot), 7);
        assert_int_equal(dp_rules_swap_take(&slot, b.at, b.bytes), 0);
        dp_swap_reclaim(&slot.rules);
        assert_int_equal(now_generation(&slot), 8);
        assert_int_equal(dp_rules_swap_take(&slot, none.at, none.bytes), 0);
        assert_null(dp_swap_now(&slot.rules));
        dp_swap_fini(&slot.rules);
        free(a.at);
        free(b.at);
        free(none.at);
}

/* Cut at every length: none is taken, nothing is read behind the end (ASan, and the heap). */
static void cut_images_are_refused(void **state)
{
        struct dp_link_slot slot = {.worker_cnt = 1};
        struct cp_image a = image_of(RULES, 7);
        unsigned n = 0;

        (void)state;
        dp_rules_swap_init(&slot.rules, NULL);
        assert_int_equal(dp_rules_swap_take(&slot, a.at, a.bytes), 0);
        for (size_t len = 1; len < a.bytes; len += len < 1024 ? 1 : 61) {
                uint8_t *cut = malloc(len);

                memcpy(cut, a.at, len);
                assert_int_equal(dp_rules_swap_take(&slot, cut, len), -EBADMSG);
                assert_int_equal(now_generation(&slot), 7);
                free(cut);
                n++;
        }
        print_message("%u cut images refused\n", n);
        dp_swap_fini(&slot.rules);
        free(a.at);
}

/* Any bit: the digest tells. */
static void images_with_a_flipped_bit_are_refused(void **state)
{
        struct dp_link_slot slot = {.worker_cnt = 1};
        struct cp_image a = image_of(RULES, 7);
        unsigned n = 0;

        (void)state;
        dp_rules_swap_init(&slot.rules, NULL);
        rte_log_set_level((uint32_t)dp_log_type, RTE_LOG_ERR); /* it says so each time */
        assert_int_equal(dp_rules_swap_take(&slot, a.at, a.bytes), 0);
        for (size_t bit = 0; bit < 8 * a.bytes; bit += bit < 8192 ? 1 : 37) {
                a.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
                assert_int_equal(dp_rules_swap_take(&slot, a.at, a.bytes), -EBADMSG);
                assert_int_equal(now_generation(&slot), 7);
                a.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
                n++;
        }
        print_message("%u images with a flipped bit refused\n", n);
        rte_log_set_level((uint32_t)dp_log_type, RTE_LOG_NOTICE);
        dp_swap_fini(&slot.rules);
        free(a.at);
}

/* What a database says it was made for is a number behind its magic, version and length. */
#define DATABASE_PLATFORM_AT 12u

static void images_of_another_cpu_are_refused(void **state)
{
        struct dp_link_slot slot = {.worker_cnt = 1};
        struct cp_image a = image_of(RULES, 7);
        struct cp_image wide = image_for(RULES, 8, MATCH_PLATFORM_AVX512);
        const struct match_head *head = (const void *)a.at;
        const struct match_buffer *b = (const void *)(a.at + head->buffers.off);
        struct match_set *set = NULL;
        uint64_t platform;
        uint8_t *at;

        (void)state;
        dp_rules_swap_init(&slot.rules, NULL);
        assert_int_equal(dp_rules_swap_take(&slot, a.at, a.bytes), 0);
        if (__builtin_cpu_supports("avx512bw"))
                print_message("this CPU runs what was made for AVX-512: not tried\n");
        else
                assert_int_equal(dp_rules_swap_take(&slot, wide.at, wide.bytes), -ENOEXEC);
        assert_int_equal(now_generation(&slot), 7);
        while (b->db.bytes == 0)
                b++;
        at = a.at + head->code.off + b->db.off + DATABASE_PLATFORM_AT;
        memcpy(&platform, at, sizeof(platform));
        platform ^= UINT64_C(1) << 33; /* a feature that no CPU has */
        memcpy(at, &platform, sizeof(platform));
        match_seal_set(a.at, a.bytes);
        assert_int_equal(match_set_create(&set, a.at, a.bytes), MATCH_FAULT_PLATFORM);
        assert_int_equal(dp_rules_swap_take(&slot, a.at, a.bytes), -ENOEXEC);
        assert_int_equal(now_generation(&slot), 7);
        dp_swap_fini(&slot.rules);
        free(a.at);
        free(wide.at);
}

/* Any octet before the databases changed, and sealed again: refused, or a set that can be used. */
static void changed_images_do_no_harm(void **state)
{
        struct cp_image a = image_of(RULES, 7);
        const struct match_head *head = (const void *)a.at;
        static const uint8_t ip[16] = {0};
        static const char text[] = "scan y aab x aaabxx";
        const struct match_facts f = {.payload = (const uint8_t *)text,
                                      .payload_len = sizeof(text) - 1,
                                      .src = ip,
                                      .dst = ip,
                                      .ip_proto = 17};
        unsigned taken = 0, refused = 0;
        uint32_t hits[8];

        (void)state;
        for (size_t at = 0; at < head->code.off; at++) {
                static const uint8_t values[] = {0x00, 0x01, 0x7f, 0xff};

                for (unsigned v = 0; v < sizeof(values); v++) {
                        struct match_scratch *scratch = NULL;
                        struct match_set *set = NULL;
                        uint8_t was = a.at[at];

                        a.at[at] = values[v];
                        if (at < offsetof(struct match_head, digest) ||
                            at >= offsetof(struct match_head, digest) + sizeof(head->digest))
                                match_seal_set(a.at, a.bytes);
                        if (match_set_create(&set, a.at, a.bytes) == MATCH_OK) {
                                assert_int_equal(match_scratch_create(&scratch, set), 0);
                                (void)match_eval(set, scratch, &f, 0, hits, 8);
                                match_scratch_destroy(scratch);
                                match_set_destroy(set);
                                taken++;
                        } else {
                                refused++;
                        }
                        a.at[at] = was;
                }
        }
        print_message("%u changed images refused, %u used\n", refused, taken);
        assert_true(refused > 1000);
        free(a.at);
}

/* A thousand sets one after the other take no more memory than a few. */
static void reloads_leave_nothing_behind(void **state)
{
        struct dp_link_slot slot = {.worker_cnt = 2};
        struct cp_image a = image_of(RULES, 7);
        size_t after_ten = 0;

        (void)state;
        dp_rules_swap_init(&slot.rules, NULL);
        rte_log_set_level((uint32_t)dp_log_type, RTE_LOG_WARNING); /* it says so each time */
        for (unsigned i = 0; i < 1000; i++) {
                assert_int_equal(dp_rules_swap_take(&slot, a.at, a.bytes), 0);
                dp_swap_reclaim(&slot.rules);
                if (i == 10)
                        after_ten = mallinfo2().uordblks;
        }
        assert_true(mallinfo2().uordblks <= after_ten + after_ten / 100);
        dp_swap_fini(&slot.rules);
        free(a.at);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_set_replaces_the_one_before),
            cmocka_unit_test(cut_images_are_refused),
            cmocka_unit_test(images_with_a_flipped_bit_are_refused),
            cmocka_unit_test(images_of_another_cpu_are_refused),
            cmocka_unit_test(changed_images_do_no_harm),
            cmocka_unit_test(reloads_leave_nothing_behind),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
