/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_image.c - a compiled rule set that was cut, changed and sealed again: it is refused, or it
 * holds for what it holds for and nothing breaks. The pattern databases alone are left as they are
 * when the image is sealed: who writes one to do harm is trusted, see match_image.h.
 *
 * The input says what is done to an image that is made here: octet 0 how it ends, then steps of six
 * octets each.
 */
#include "control/rules/image.h"
#include "control/rules/read.h"
#include "parser/match/match_seal.h"
#include "tests/fuzz/rules_target.h"

#define STEPS_MAX 64u

static const char rules[] =
    "drop sip [192.0.2.0/24,!192.0.2.9,2001:db8::/32] any -> any [5060,5070:5080,!5075] "
    "(msg:\"a\"; sip.user_agent; content:\"sipcli\"; nocase; pcre:\"/v[0-9]+\\.\\d/R\"; "
    "classtype:misc-attack; sid:1;)\n"
    "alert udp any any <> any 5060 (content:\"INVITE\"; startswith; content:\"sip\"; distance:1; "
    "within:4; content:!\"zz\"; within:9; isdataat:9,relative; flowbits:isset,x; sid:2;)\n"
    "reject sip any any -> any any (sip.header:X-Test; bsize:>2; content:\"aB0\"; "
    "sip.cseq.num:>5; sip.anomaly:!any; reply:486,3; sid:3; flowbits:set,y;)\n"
    "limit sip any any -> any any (sip.method; content:\"INVITE\"; rate:track by_src, count 2, "
    "seconds 3; sid:4;)\n"
    "ban sip any any -> any any (sip.from.display; pcre:\"/\\bscan/i\"; "
    "detection_filter:track by_aor, count 2, seconds 3; sid:5;)\n"
    "alert sip any any -> any any (sip.contact.user; absent:or_else; content:\"10\"; endswith; "
    "sdp.attribute; to_uppercase; content:\"SEND\"; threshold:type both, track by_callid, count 2, "
    "seconds 3; sid:6;)\n";

static struct cp_image base;

static void once(void)
{
        struct cp_rule_errors *e;
        struct cp_rule_set set = {0};

        if (base.at != NULL)
                return;
        e = calloc(1, sizeof(*e));
        must(e != NULL);
        must(cp_rules_read(&set, "f", rules, sizeof(rules) - 1, &cp_rule_default_vars, e) == 0);
        must(cp_image_make(&set, MATCH_PLATFORM_HOST, 1, NULL, &base, e) == 0);
        cp_rule_set_fini(&set);
        free(e);
}

/* The octets that a step may change: the head, or all of a part but the databases. */
static uint32_t range_of(const struct match_head *h, unsigned part, uint32_t *off)
{
        const struct {
                struct match_part p;
                size_t size;
        } parts[] = {
            {h->rules, sizeof(struct match_rule)},
            {h->groups, sizeof(struct match_group)},
            {h->steps, sizeof(struct match_step)},
            {h->buffers, sizeof(struct match_buffer)},
            {h->patterns, sizeof(uint32_t)},
            {h->always, sizeof(uint32_t)},
            {h->address_sets, sizeof(struct match_address_set)},
            {h->addresses, sizeof(struct match_address)},
            {h->port_sets, sizeof(struct match_port_set)},
            {h->ports, sizeof(struct match_ports)},
            {h->regexes, sizeof(struct match_db)},
            {h->flags, sizeof(struct match_text)},
            {h->text, 1},
            {h->literals, sizeof(struct match_literal)},
        };
        const unsigned cnt = sizeof(parts) / sizeof(parts[0]);

        *off = 0;
        if (part % (cnt + 1) == cnt)
                return sizeof(*h);
        *off = (uint32_t)parts[part % (cnt + 1)].p.off;
        return (uint32_t)(parts[part % (cnt + 1)].p.cnt * parts[part % (cnt + 1)].size);
}

/* One step: a part, a place in it, how, and with what. */
static void change(uint8_t *image, const uint8_t *step)
{
        uint32_t off;
        uint32_t len = range_of((const struct match_head *)base.at, step[0], &off);
        uint32_t at = step[1] | (uint32_t)step[2] << 8;
        uint32_t word;

        if (len < sizeof(word))
                return;
        at = off + at % len;
        switch (step[3] % 5) {
        case 0:
                image[at] = step[4];
                return;
        case 1:
                image[at] ^= (uint8_t)(1u << step[4] % 8);
                return;
        default:
                at &= ~3u;
                memcpy(&word, image + at, sizeof(word));
                word = step[3] % 5 == 2   ? step[4] | (uint32_t)step[5] << 8
                       : step[3] % 5 == 3 ? word + step[4] - 128u
                                          : UINT32_MAX - step[4];
                memcpy(image + at, &word, sizeof(word));
                return;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct match_set *s = NULL;
        size_t bytes;
        uint8_t *image;
        enum match_fault f;
        bool sealed = size == 0 || data[0] % 8 != 0;

        once();
        bytes = base.bytes;
        image = exact_copy(base.at, bytes);
        for (size_t i = 1; i + 6 <= size && i / 6 < STEPS_MAX; i += 6)
                change(image, data + i);
        if (size > 2 && data[0] % 16 == 1)
                bytes = bytes * data[1] / 256u;
        if (sealed && bytes >= sizeof(struct match_head)) {
                if (size > 2 && data[2] % 2 == 0)
                        memcpy(image + offsetof(struct match_head, bytes), &(uint64_t){bytes}, 8);
                match_seal_set(image, bytes);
        }
        f = match_set_create(&s, image, bytes);
        must(f < MATCH_FAULT_CNT && (f == MATCH_OK) == (s != NULL));
        must(size != 0 || f == MATCH_OK);
        must(sealed || f != MATCH_OK || memcmp(image, base.at, base.bytes) == 0);
        if (f == MATCH_OK)
                rules_target_use(s);
        match_set_destroy(s);
        free(image);
        return 0;
}
