/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_peer_meaning.c [--messages N] - messages that the profile default does not reject, read by
 * this parser and by the other SIP stacks: where a stack takes the message at all, it must
 * understand the same, or the difference has a name below. N counts messages that were not
 * rejected. Exit status 77 when no other stack is installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/sip_check.h"
#include "parser/sip_parse.h"
#include "tests/parser/peers/generator.h"
#include "tests/parser/peers/reading.h"

#define MESSAGES      100000ul
#define MUTATED_PCT   60u
#define PEERS_MAX     8u
#define SHOWN_MAX     10ul
#define TAKEN_PCT_MIN 80ul /* a peer that refuses more compares nothing */

/* ---- differences that are known: an anomaly of ours names them, or what the peer does ---- */

static bool no_content_length(const struct sip_msg *m, const struct reading *r)
{
        (void)r;
        return m->content_length == SIP_CONTENT_LENGTH_ABSENT;
}

/* "[::ffff:192.0.2.1]": legal by RFC 3261 25.1 and RFC 5118 4.9. */
static bool ipv6_with_dots(const struct sip_msg *m, const struct reading *r)
{
        const uint8_t *host = sip_span_at(m, m->ruri.host);

        (void)r;
        return m->ruri.host.len != 0 && host[0] == '[' && memchr(host, '.', m->ruri.host.len);
}

/* "\"" as a value: the quoted-pair of RFC 3261 25.1. */
static bool escaped_quote_in_via(const struct sip_msg *m, const struct reading *r)
{
        (void)r;
        for (unsigned i = m->first[SIP_HDR_VIA]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same)
                if (memchr(sip_span_at(m, m->hdrs[i].value), '\\', m->hdrs[i].value.len))
                        return true;
        return false;
}

/* ";x="y;tag=z"": the RFC's parameter x, and no tag. */
static bool quoted_tag(const struct sip_msg *m, enum sip_hdr_id id)
{
        const struct sip_hdr *h = sip_msg_first(m, id);
        const uint8_t *p = h ? sip_span_at(m, h->value) : NULL;
        bool quoted = false;

        for (uint32_t i = 0; p && i + 3 <= h->value.len; i++) {
                if (quoted && p[i] == '\\')
                        i++;
                else if (p[i] == '"')
                        quoted = !quoted;
                else if (quoted && (p[i] | 0x20) == 't' && (p[i + 1] | 0x20) == 'a' &&
                         (p[i + 2] | 0x20) == 'g')
                        return true;
        }
        return false;
}

static bool tag_in_quotes(const struct sip_msg *m, const struct reading *r)
{
        (void)r;
        return quoted_tag(m, SIP_HDR_FROM) || quoted_tag(m, SIP_HDR_TO);
}

static bool hash_in(const struct sip_msg *m, const struct sip_uri *u)
{
        return u->scheme == SIP_SCHEME_TEL && memchr(sip_span_at(m, u->user), '#', u->user.len);
}

/* "tel:7#42;phone-context=...": a digit by RFC 3966 3. */
static bool hash_in_tel(const struct sip_msg *m, const struct reading *r)
{
        (void)r;
        return hash_in(m, &m->ruri) || hash_in(m, &m->from.uri) || hash_in(m, &m->to.uri);
}

static bool mistaken(const struct sip_msg *m, const struct reading *r)
{
        (void)m;
        return r->mistaken;
}

#define F(field) (1u << READING_##field)
#define USERS    (F(RURI) | F(FROM_USER) | F(TO_USER))
#define TAGS     (F(FROM_TAG) | F(TO_TAG))
#define ALL      ((1u << READING_CNT) - 1)

static const struct {
        const char *peer;
        unsigned fields;
        enum sip_anomaly anomaly; /* or NONE, and then */
        bool (*applies)(const struct sip_msg *m, const struct reading *theirs);
        const char *name;
} known[] = {
    {"sofia", USERS, 0, hash_in_tel, "a tel number ends at '#'"},
    {"osip2", USERS, SIP_ANOM_URI_ESCAPED_CTL, NULL, "a user ends at %00"},
    {"osip2", TAGS, SIP_ANOM_ADDR_STRAY_BRACKET, NULL, "'>' is part of the tag"},
    {"osip2", USERS, SIP_ANOM_URI_FOLDED, NULL, "blanks of a fold are part of the user"},
    {"osip2", F(CONTENT_LENGTH), 0, no_content_length, "puts in a Content-Length that is absent"},
    {"re", TAGS, SIP_ANOM_ADDR_STRAY_BRACKET, NULL, "'>' is part of the tag"},
    {"re", USERS, SIP_ANOM_URI_FOLDED, NULL, "a fold is part of the user"},
    {"re", TAGS, 0, tag_in_quotes, "a tag within a quoted string is taken"},
    {"re", F(RURI), 0, ipv6_with_dots, "an IPv6 address that ends in an IPv4 one is not read"},
    {"re", F(VIAS), 0, escaped_quote_in_via, "an escaped quote hides the commas behind it"},
    {"re", ALL, 0, mistaken, "an unknown header is taken for one with the same 12 bits of hash"},
};
#define KNOWN_CNT (sizeof(known) / sizeof(known[0]))

struct tally {
        unsigned long taken;
        unsigned long refused;
        unsigned long differ;
        unsigned long named[KNOWN_CNT];
};

static bool has_name(const char *peer, enum reading_field f, const struct sip_msg *m,
                     const struct reading *theirs, struct tally *t)
{
        for (size_t i = 0; i < KNOWN_CNT; i++) {
                if (strcmp(known[i].peer, peer) != 0 || (known[i].fields >> f & 1u) == 0)
                        continue;
                if (known[i].applies ? !known[i].applies(m, theirs)
                                     : !sip_anom_has(&m->anomalies, known[i].anomaly))
                        continue;
                t->named[i]++;
                return true;
        }
        return false;
}

static void show(const char *peer, enum reading_field f, const struct reading *ours,
                 const struct reading *theirs, const struct sip_msg *m)
{
        printf("%s understands another %s: \"%s\", we \"%s\", anomalies:", peer,
               reading_field_name(f), theirs->field[f], ours->field[f]);
        for (unsigned a = 1; a < SIP_ANOM_CNT; a++)
                if (sip_anom_has(&m->anomalies, (enum sip_anomaly)a))
                        printf(" %s", sip_anomaly_name((enum sip_anomaly)a));
        printf("\n%.*s\n", (int)m->len, (const char *)m->buf);
}

static void compare(const struct peer *peer, const struct sip_msg *m, struct tally *t)
{
        static struct reading ours, theirs;

        peer->read(m->buf, m->len, &theirs);
        if (!theirs.good) {
                t->refused++;
                return;
        }
        t->taken++;
        reading_of(m, &ours);
        for (unsigned i = 0; i <= READING_VIAS; i++) {
                enum reading_field f = (enum reading_field)i;

                if (strcmp(ours.field[f], theirs.field[f]) == 0 ||
                    has_name(peer->name, f, m, &theirs, t))
                        continue;
                if (t->differ++ < SHOWN_MAX)
                        show(peer->name, f, &ours, &theirs, m);
        }
}

static int report(const struct tally tallies[PEERS_MAX])
{
        int failed = 0;

        for (unsigned i = 0; peers[i].name; i++) {
                const struct tally *t = &tallies[i];

                printf("%s: %lu taken, %lu refused, %lu differences without a name\n",
                       peers[i].title, t->taken, t->refused, t->differ);
                for (size_t k = 0; k < KNOWN_CNT; k++)
                        if (t->named[k] != 0)
                                printf("  %lu times: %s%s%s\n", t->named[k],
                                       known[k].applies ? "" : sip_anomaly_name(known[k].anomaly),
                                       known[k].applies ? "" : ": ", known[k].name);
                failed |= t->differ != 0;
                if (t->taken * 100 < (t->taken + t->refused) * TAKEN_PCT_MIN) {
                        printf("  that is too few to compare\n");
                        failed = 1;
                }
        }
        for (unsigned i = 0; peers_missing[i]; i++)
                printf("[  SKIPPED ] %s: not installed\n", peers_missing[i]);
        return failed;
}

int main(int argc, char **argv)
{
        static uint8_t text[GENERATOR_BYTES_MAX];
        static struct sip_msg m;
        static struct tally tallies[PEERS_MAX];
        unsigned long want = MESSAGES, made = 0;
        struct sip_profile profile;
        struct rng rng;

        if (argc == 3 && strcmp(argv[1], "--messages") == 0)
                want = strtoul(argv[2], NULL, 10);
        /* Always the same messages unless another seed is given: what the peers read wrong in a rare
         * one is found by looking for it, not by every run's luck. */
        rng = getenv("SLUICE_SEED") ? rng_seeded("peer_meaning") : (struct rng){.state = 1};
        sip_profile_init(&profile, SIP_PROFILE_DEFAULT);
        /* Default does not look for it; as a name for a difference it must be there. */
        if (sip_profile_set_verdict(&profile, SIP_ANOM_URI_ESCAPED_CTL, SIP_VERDICT_NORMALISE) != 0)
                return 1;
        for (unsigned long done = 0; done < want && peers[0].name; made++) {
                size_t n = generator_message(&rng, text);

                if (rng_below(&rng, 100) < MUTATED_PCT)
                        n = generator_mutate(&rng, text, n);
                sip_parse(text, n, &m);
                if (sip_check_profile(&profile, &m).verdict == SIP_VERDICT_REJECT)
                        continue;
                done++;
                for (unsigned i = 0; peers[i].name; i++)
                        compare(&peers[i], &m, &tallies[i]);
        }
        printf("%lu messages made, %lu of them compared\n", made, peers[0].name ? want : 0);
        if (report(tallies) != 0)
                return 1;
        return peers[0].name ? 0 : 77;
}
