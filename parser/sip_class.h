/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_class.h - what a message is for: a function of the message and of the little that only
 * somebody who remembers can know. Works on malformed messages too, as far as they could be read.
 */
#ifndef SLUICE_PARSER_SIP_CLASS_H
#define SLUICE_PARSER_SIP_CLASS_H

#include <stddef.h>

#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_purpose {
        SIP_PURPOSE_NONE = 0, /* the start line could not be read */
#define X(ID, name, text) SIP_PURPOSE_##ID,
#include "parser/sip_purpose.def"
#undef X
        SIP_PURPOSE_CNT,
};

enum sip_class_body {
        SIP_CLASS_BODY_NONE = 0,
#define X(ID, name, type) SIP_CLASS_BODY_##ID,
#include "parser/sip_class_body.def"
#undef X
        SIP_CLASS_BODY_MULTIPART, /* multipart of any subtype */
        SIP_CLASS_BODY_XML,       /* another type that ends in "+xml" or "/xml" */
        SIP_CLASS_BODY_OTHER,
        SIP_CLASS_BODY_CNT,
};

enum sip_class_flag {
        SIP_CLASS_IN_DIALOG = 1u << 0,   /* has a To-tag, which is a claim and no proof */
        SIP_CLASS_CREDENTIALS = 1u << 1, /* answers a challenge */
        SIP_CLASS_FOCUS = 1u << 2,       /* Contact is a conference's (RFC 4579 isfocus) */
        SIP_CLASS_DIVERTED = 1u << 3,    /* Diversion, or History-Info of more than one hop */
        SIP_CLASS_REFERRED = 1u << 4,    /* Referred-By, or Replaces */
};

/* What the message alone does not tell; all false when nobody remembers. */
struct sip_class_known {
        bool emergency; /* goes to a number that is for emergencies here */
        bool bound;     /* REGISTER: the binding is there already */
        bool held;      /* the dialog was put on hold */
};

struct sip_class {
        uint8_t purpose;    /* enum sip_purpose */
        uint8_t body;       /* enum sip_class_body, by Content-Type */
        uint8_t flags;      /* enum sip_class_flag */
        uint8_t confidence; /* percent: 100 where the message says it itself, less where another
                             * reading is possible without memory */
};

/*
 * Classify a message that sip_parse() has read, whatever it returned. Time is linear in the Contact
 * and, for a request to change a call, in its session description; else constant. Any thread.
 */
void sip_classify(const struct sip_msg *m, const struct sip_class_known *known,
                  struct sip_class *out);

/* Its purpose alone: less is read of the message. */
enum sip_purpose sip_class_purpose(const struct sip_msg *m, const struct sip_class_known *known);

/*
 * Does the session description [body, body + len) silence all its streams: sendonly, inactive, or
 * the address 0.0.0.0 of RFC 2543, each that is not refused? False without a stream. It is read as
 * lines only; one that sip_sdp_parse() refuses may give either answer.
 */
bool sip_class_silent(const uint8_t *body, size_t len);

/* Does the Request-URI name the emergency service or one of its sub-services, urn:service:sos
 * (RFC 5031)? */
bool sip_class_is_sos(const struct sip_msg *m);

/* Static names; "unknown" outside the enumerations, "none" for 0. */
const char *sip_purpose_name(unsigned purpose);
const char *sip_purpose_text(unsigned purpose);
const char *sip_class_body_name(unsigned body);

#ifdef __cplusplus
}
#endif

#endif
