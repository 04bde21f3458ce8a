/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spell.h - random messages, and the ways in which one message may be spelt: two spellings of one
 * plan mean the same. For tests that compare readings of them.
 */
#ifndef SLUICE_TESTS_PARSER_SPELL_H
#define SLUICE_TESTS_PARSER_SPELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"
#include "tests/contract/rng.h"

#define PLAN_HDRS_MAX    32u
#define PLAN_VALUE_BYTES 384u

/* Marks in values, which are no octets of the message. */
enum plan_mark {
        PLAN_SP = 1,   /* white space that must be there */
        PLAN_GAP,      /* white space that may be there */
        PLAN_URI,      /* in a URI, where a fold is forgiven */
        PLAN_DISPLAY,  /* between a display name without quotes and "<" */
        PLAN_COLON,    /* where some write a third colon */
        PLAN_BRACKET,  /* where some write "[", before an address */
        PLAN_BRACKET2, /* and "]" behind it */
        PLAN_EMPTY,    /* before the ";" of a parameter, where an empty one may be; \b */
};

struct plan_hdr {
        enum sip_hdr_id id; /* SIP_HDR_OTHER: `name` is all there is */
        char compact;       /* 0 = none */
        bool rigid;         /* white space inside the value is no LWS */
        char name[32];
        char value[PLAN_VALUE_BYTES]; /* with PLAN_* marks */
};

/* A message before it is spelt. Content-Length is made when it is. */
struct plan {
        char start[512]; /* without line end */
        uint32_t hdr_cnt;
        struct plan_hdr hdr[PLAN_HDRS_MAX];
        uint32_t body_len;
        bool has_length; /* has a Content-Length */
        uint8_t body[512];
};

/* What a spelling may do; each is a chance in percent at every place where it can be done. */
struct spelling {
        unsigned compact;      /* compact form of a name */
        unsigned other_case;   /* per letter of a name */
        unsigned colon_space;  /* SP or HT before the colon */
        unsigned wide;         /* more, other or no white space where it is free */
        unsigned fold;         /* LWS becomes a line fold */
        unsigned uri_fold;     /* a fold between parameters of a URI */
        unsigned no_lws;       /* no LWS between display name and "<" */
        unsigned brackets;     /* received=[...] */
        unsigned three_colons; /* ":::" before the IPv4 part */
        unsigned empty_param;  /* ";;" */
        unsigned comma_last;   /* a comma at the end of Contact, Route, Record-Route */
        unsigned stray;        /* ">" behind the tag of From, To with a name-addr */
        unsigned version_case; /* of the start line */
        unsigned shuffle;      /* unlike headers in another order */
        unsigned lf_only;      /* bare LF as line end all through the header section */
        unsigned end_implied;  /* no empty line, where there is no body */
        unsigned trailing;     /* octets behind the body */
        unsigned leading;      /* line ends before the start line */
};

/* A random plan, well formed and free of anomalies in its plain spelling ({0}). */
void plan_make(struct plan *p, struct rng *rng);

/*
 * Spell it. odd: as `how` has it; normal: the same with everything that the default profile
 * normalises put right. Both have room for PLAN_TEXT_BYTES octets. Returns the length of `odd` and
 * sets *normal_len.
 */
#define PLAN_TEXT_BYTES 16384u
size_t plan_spell(const struct plan *p, const struct spelling *how, struct rng *rng, uint8_t *odd,
                  uint8_t *normal, size_t *normal_len);

/* Change, insert, delete or copy a few octets of [buf, buf + n). Returns the new length, at most n
 * + 4; n > 0. */
size_t spell_mutate(uint8_t *buf, size_t n, struct rng *rng);

#endif
