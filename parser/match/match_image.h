/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_image.h - a compiled rule set as it travels: one block of octets without pointers.
 *
 *   struct match_head | parts, each on a multiple of 64 octets
 *
 * A part is an array; every reference is an index or an offset into a part. The reader trusts none
 * of it: match_set_create() copies the image and checks each index, length, enumerator and order
 * before anything is used. A digest of all of it (match_seal.h) finds what was changed by accident.
 * What nothing finds is a Hyperscan database that was written to do harm: who can seal an image is
 * trusted to that extent.
 *
 * Octet order and sizes are those of the machine; MATCH_IMAGE_VERSION changes with this file and
 * with fields.def.
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_IMAGE_H
#define SLUICE_PARSER_MATCH_MATCH_IMAGE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MATCH_IMAGE_MAGIC   UINT64_C(0x31656c7552656353) /* "ScRule1" on little-endian machines */
#define MATCH_IMAGE_VERSION 2u

/* Bounds of one set: what a broken control can make a worker do. */
#define MATCH_RULES_MAX       65536u
#define MATCH_BUFFERS_MAX     512u
#define MATCH_STEPS_MAX       (1u << 20)
#define MATCH_RULE_STEPS_MAX  64u
#define MATCH_CONTENT_MAX     255u /* octets, as in Suricata */
#define MATCH_SETS_MAX        4096u
#define MATCH_NAME_BYTES_MAX  64u
#define MATCH_FLAGS_MAX       24u /* names of flowbits */
#define MATCH_IMAGE_BYTES_MAX (UINT64_C(1) << 30)

enum match_field {
#define BYTES(ID, name, arity, parameter) MATCH_FIELD_##ID,
#define NUMBER(ID, name, lowest, highest) MATCH_FIELD_##ID,
#define WORD(ID, name)                    MATCH_FIELD_##ID,
#include "parser/match/fields.def"
#undef BYTES
#undef NUMBER
#undef WORD
        MATCH_FIELD_CNT,
};

enum match_action { /* in the order in which they decide (Suricata's, ours between) */
                    MATCH_ACTION_PASS = 0,
                    MATCH_ACTION_DROP,
                    MATCH_ACTION_REJECT,
                    MATCH_ACTION_BAN,       /* drop, and the source for ban_s */
                    MATCH_ACTION_CHALLENGE, /* drop what is unproven, answer it with 401 or 407 */
                    MATCH_ACTION_LIMIT,     /* drop what is over the rate */
                    MATCH_ACTION_ASK,       /* control decides, no cached decision is used */
                    MATCH_ACTION_TAG,       /* note the sid in the event and no alert */
                    MATCH_ACTION_ALERT,
                    MATCH_ACTION_CNT,
};

enum match_mode {
        MATCH_MODE_MONITOR = 0, /* counted and reported as would-have-been */
        MATCH_MODE_ENFORCE,     /* for `percent` of the calls, by Call-ID */
        MATCH_MODE_CNT,
};

enum match_proto { /* what a rule is for */
                   MATCH_PROTO_IP = 0,
                   MATCH_PROTO_UDP,
                   MATCH_PROTO_TCP,
                   MATCH_PROTO_SCTP,
                   MATCH_PROTO_SIP, /* SIP over any of them */
                   MATCH_PROTO_CNT,
};

enum match_track {
        MATCH_TRACK_SRC = 0,
        MATCH_TRACK_DST,
        MATCH_TRACK_BOTH, /* the pair of addresses */
        MATCH_TRACK_RULE,
        MATCH_TRACK_FLOW, /* addresses, ports and protocol */
        MATCH_TRACK_AOR,  /* the user that a request is for */
        MATCH_TRACK_CALL_ID,
        MATCH_TRACK_CNT,
};

enum match_threshold {
        MATCH_THRESHOLD_NONE = 0,
        MATCH_THRESHOLD_LIMIT,
        MATCH_THRESHOLD_THRESHOLD,
        MATCH_THRESHOLD_BOTH,
        MATCH_THRESHOLD_FILTER, /* detection_filter */
        MATCH_THRESHOLD_CNT,
};

enum match_flow {                                /* bits */
                  MATCH_FLOW_REQUEST = 1u << 0,  /* to_server */
                  MATCH_FLOW_RESPONSE = 1u << 1, /* to_client */
                  MATCH_FLOW_ALL = 3u,
};

enum match_rule_flag {
        MATCH_RULE_BOTH_WAYS = 1u << 0, /* <> */
        MATCH_RULE_NO_ALERT = 1u << 1,
        MATCH_RULE_ALL = 3u,
};

/* No such index. */
#define MATCH_NONE UINT32_MAX

struct match_part {
        uint32_t off; /* octets from the start of the image, a multiple of 64 */
        uint32_t cnt; /* elements */
};

struct match_head {
        uint64_t magic;
        uint32_t version;
        uint32_t fields; /* MATCH_FIELD_CNT of the writer */
        uint64_t bytes;  /* of the whole image */
        uint64_t made_s; /* when, seconds since 1970 */
        struct match_part rules;
        struct match_part groups;
        struct match_part steps;
        struct match_part buffers;
        struct match_part patterns; /* uint32_t: rule of each pattern, in order of the buffers */
        struct match_part always;   /* uint32_t: rules that no pattern guards */
        struct match_part address_sets;
        struct match_part addresses;
        struct match_part port_sets;
        struct match_part ports;
        struct match_part regexes; /* struct match_db: one for each pcre step */
        struct match_part flags;   /* struct match_text: names of flowbits */
        struct match_part text;    /* octets */
        struct match_part code;    /* octets: serialised databases */
        struct match_part literals;
        uint64_t digest;     /* match_seal.h */
        uint32_t generation; /* that control gave it; 0 before */
        uint8_t reserved[28];
};

struct match_text {
        uint32_t off; /* in text */
        uint32_t len;
};

/* A serialised Hyperscan database. */
struct match_db {
        uint32_t off; /* in code, a multiple of 64 */
        uint32_t bytes;
};

enum match_transform { /* bits, applied in this order */
                       MATCH_TRANSFORM_URL_DECODE = 1u << 0,
                       MATCH_TRANSFORM_LOWER = 1u << 1,
                       MATCH_TRANSFORM_UPPER = 1u << 2,
                       MATCH_TRANSFORM_COMPRESS_SPACE = 1u << 3,
                       MATCH_TRANSFORM_STRIP_SPACE = 1u << 4,
                       MATCH_TRANSFORM_DOT_PREFIX = 1u << 5, /* a dot before it */
                       MATCH_TRANSFORM_ALL = 63u,
};

/* One field, with its parameter, that rules look into. */
struct match_buffer {
        uint16_t field;     /* enum match_field, of BYTES */
        uint16_t hdr;       /* enum sip_hdr_id of a HEADER parameter, 0: by its name */
        uint32_t transform; /* enum match_transform */
        struct match_text name;
        struct match_db db;     /* its patterns; bytes 0: none */
        uint32_t pattern_first; /* its patterns' rules */
        uint32_t pattern_cnt;
        /* The patterns that have no literal, numbered as in db; bytes 0: all have one, or none. */
        struct match_db open;
        uint32_t gated; /* 1: patterns have literals, so db is only for fields that hold one */
        uint32_t reserved;
};

#define MATCH_LITERAL_MIN 4u
#define MATCH_LITERAL_MAX (MATCH_CONTENT_MAX + 2u)

/* Octets that are in a field whenever one of its patterns is, each with MATCH_FOLD set; an octet
 * MATCH_EDGE at the start or end stands for that of the field. A pattern may have several, of which
 * one is there. */
struct match_literal {
        struct match_text text; /* MATCH_LITERAL_MIN..MATCH_LITERAL_MAX octets */
        uint32_t buffer;        /* which is gated */
        uint32_t reserved;
};
#define MATCH_FOLD 0x20u /* a letter's case is this bit */
#define MATCH_EDGE 0xffu

struct match_limit {
        uint8_t type;  /* enum match_threshold */
        uint8_t track; /* enum match_track */
        uint16_t reserved;
        uint32_t count;   /* >= 1 */
        uint32_t seconds; /* >= 1 */
};

struct match_rule {
        uint32_t sid;
        uint32_t rev;
        uint32_t gid;
        uint32_t priority;
        uint8_t action;  /* enum match_action */
        uint8_t proto;   /* enum match_proto */
        uint8_t mode;    /* enum match_mode */
        uint8_t percent; /* 1..100 */
        uint8_t flow;    /* enum match_flow, 0: both */
        uint8_t flags;   /* enum match_rule_flag */
        uint16_t code;   /* reject: SIP status, 400..699 */
        uint16_t retry_after_s;
        uint16_t reserved;
        uint32_t seconds;  /* ban: how long */
        uint64_t expiry_s; /* no effect from then on, seconds since 1970; 0: never */
        uint32_t src;      /* address set, MATCH_NONE: any */
        uint32_t dst;
        uint32_t sport; /* port set, MATCH_NONE: any */
        uint32_t dport;
        uint32_t group_first;
        uint32_t group_cnt;
        struct match_limit threshold;
        struct match_limit filter;
        struct match_limit rate; /* action limit: count in seconds */
        struct match_text msg;
        struct match_text classtype;
        uint32_t position; /* in the operator's files, 0.. */
        uint32_t reserved2[2];
};

enum match_group_flag {
        MATCH_GROUP_ABSENT = 1u << 0,  /* true when the field is not there */
        MATCH_GROUP_OR_ELSE = 1u << 1, /* ...or when the steps hold */
        MATCH_GROUP_ALL = 3u,
};

/* Steps that must hold in one instance of one buffer; or, without a buffer, of the message. */
struct match_group {
        uint32_t buffer; /* MATCH_NONE: numbers and words */
        uint32_t flags;
        uint32_t step_first;
        uint32_t step_cnt;
};

enum match_step_kind {
        MATCH_STEP_CONTENT = 0,
        MATCH_STEP_PCRE,
        MATCH_STEP_SIZE,   /* of the buffer: bsize */
        MATCH_STEP_DATA,   /* isdataat */
        MATCH_STEP_NUMBER, /* of the message */
        MATCH_STEP_WORD,
        MATCH_STEP_FLAG, /* flowbits */
        MATCH_STEP_CNT,
};

enum match_step_flag {
        MATCH_STEP_NEGATED = 1u << 0,
        MATCH_STEP_NOCASE = 1u << 1,   /* text is in lower case */
        MATCH_STEP_RELATIVE = 1u << 2, /* counts from where the step before ended */
        MATCH_STEP_STARTS = 1u << 3,
        MATCH_STEP_ENDS = 1u << 4,
        MATCH_STEP_NEXT = 1u << 5,   /* the step behind it is relative to it */
        MATCH_STEP_PROVEN = 1u << 6, /* it is the rule's pattern and all that its group asks: it
                                      * holds when the pattern was found */
        MATCH_STEP_ALL = 127u,
};

enum match_compare {
        MATCH_EQ = 0,
        MATCH_NE,
        MATCH_LT,
        MATCH_LE,
        MATCH_GT,
        MATCH_GE,
        MATCH_BETWEEN, /* a < value < b */
        MATCH_WITHIN,  /* a <= value <= b */
        MATCH_HAS,     /* word: the set of words in text holds it */
        MATCH_PRESENT,
        MATCH_COMPARE_CNT,
};

enum match_flag_op {
        MATCH_FLAG_IS_SET = 0,
        MATCH_FLAG_IS_NOT_SET,
        MATCH_FLAG_SET, /* these take effect once the whole rule holds */
        MATCH_FLAG_UNSET,
        MATCH_FLAG_TOGGLE,
        MATCH_FLAG_OP_CNT,
};

/* No upper bound of a content's place. */
#define MATCH_NO_END INT32_MAX

struct match_step {
        uint8_t kind;  /* enum match_step_kind */
        uint8_t flags; /* enum match_step_flag */
        uint8_t op;    /* enum match_compare or match_flag_op */
        uint8_t reserved;
        uint16_t field; /* NUMBER, WORD */
        uint16_t index; /* FLAG: which */
        struct match_text
            text; /* CONTENT: octets; PCRE: the pattern; WORD: octet n holds words 8n.. */
        /* CONTENT: it lies in [from, end), counted from the start or, RELATIVE, from where the
         * step before ended. DATA: `from`. */
        int32_t from;
        int32_t end;
        uint32_t regex;       /* PCRE: index of its database */
        uint32_t regex_flags; /* PCRE: enum match_regex_flag */
        uint64_t a;           /* NUMBER, SIZE */
        uint64_t b;
};

enum match_regex_flag {
        MATCH_REGEX_CASELESS = 1u << 0,
        MATCH_REGEX_MULTILINE = 1u << 1,
        MATCH_REGEX_DOTALL = 1u << 2,
        MATCH_REGEX_EXTENDED = 1u << 3,
        MATCH_REGEX_ANCHORED = 1u << 4,
        MATCH_REGEX_CONTEXT = 1u << 5, /* what is before the place it starts at may matter */
        MATCH_REGEX_ALL = 63u,
};

struct match_address_set {
        uint32_t first;        /* in addresses: the set holds them... */
        uint32_t cnt;          /* 0: any */
        uint32_t except_first; /* ...less these */
        uint32_t except_cnt;
};

struct match_address {
        uint8_t ip[16];
        uint8_t prefix_len; /* 0..128 */
        uint8_t reserved[3];
};

struct match_port_set {
        uint32_t first; /* in ports; 0 of them: any */
        uint32_t cnt;
        uint32_t except_first;
        uint32_t except_cnt;
};

struct match_ports {
        uint16_t low;
        uint16_t high; /* inclusive */
};

#ifdef __cplusplus
}
#endif

#endif
