/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_field.h - the octets of a field: where they are in a message, one instance after the other.
 *
 * White space around a header's value is not part of it. A value that is folded over lines is one
 * line here: each fold is one space (RFC 3261 7.3.1). For this folder, the
 * compiler of rules and tests.
 */
#ifndef SLUICE_PARSER_MATCH_MATCH_FIELD_H
#define SLUICE_PARSER_MATCH_MATCH_FIELD_H

#include "parser/match/match_facts.h"
#include "parser/match/match_image.h"
#include "parser/sip_addr.h"
#include "parser/sip_auth.h"
#include "parser/sip_body.h"

#ifdef __cplusplus
extern "C" {
#endif

enum match_param {
        MATCH_PARAM_NONE = 0,
        MATCH_PARAM_HEADER,
        MATCH_PARAM_NAME,
};

enum match_type {
        MATCH_TYPE_BYTES = 0,
        MATCH_TYPE_NUMBER,
        MATCH_TYPE_WORD,
};

struct match_field_info {
        const char *name;
        uint8_t type;  /* enum match_type */
        uint8_t many;  /* BYTES */
        uint8_t param; /* enum match_param, BYTES */
        uint32_t low;  /* NUMBER */
        uint32_t high;
};

extern const struct match_field_info match_fields[MATCH_FIELD_CNT];

struct match_bytes {
        const uint8_t *at;
        uint32_t len;
};

/* Memory for one message's fields. A message's first use of it sets `sdp_known` false. */
struct match_work {
        bool sdp_known;
        struct sip_span sdp; /* {0,0}: the message has no session description */
        struct sip_anom_set notes;
        struct sip_body body;
        struct sip_auth auth;
        struct sip_addr addr;
        uint8_t
            copy[SIP_MSG_BYTES_MAX + 1u]; /* of an instance that is not in the message as it is */
};

/* Where a walk over a field's instances is; zero at its start. */
struct match_iter {
        uint32_t pos;  /* octet to go on at */
        uint16_t hdr;  /* index of the header + 1 */
        uint16_t step; /* instances or lists that are done */
        bool media;    /* behind the first m= */
};

/* The next instance of b's field; `name` is the octets of b->name. False at the end. *out is valid
 * until the next call with the same work. */
bool match_field_next(const struct match_buffer *b, const uint8_t *name,
                      const struct match_facts *f, struct match_work *work, struct match_iter *it,
                      struct match_bytes *out);

/* Where a field's only instance is, for those that the parser keeps as they are. */
struct match_place {
        uint16_t span; /* offset in struct sip_msg of its span, 0: it is no such field */
        uint8_t hdr;   /* enum sip_hdr_id of a header whose whole value it is, 0: no such field */
};
struct match_place match_field_place(const struct match_buffer *b);

/* Can this message have the field at all? Cheaper than looking. */
bool match_field_possible(const struct match_buffer *b, const struct match_facts *f);

/* The lines of the session description (match_sdp.c). */
bool match_sdp_next(const struct match_buffer *b, const uint8_t *name, const struct match_facts *f,
                    struct match_work *work, struct match_iter *it, struct sip_span *out);
uint32_t match_sdp_media_count(const struct match_facts *f, struct match_work *work);

/* A number of the message; false when it has none. */
bool match_number(enum match_field field, const struct match_facts *f, struct match_work *work,
                  uint64_t *out);

#ifdef __cplusplus
}
#endif

#endif
