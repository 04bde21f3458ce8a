/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_dialog.h - headers that name another dialog: Replaces (RFC 3891 6.1), Join (RFC 3911 7.1) and
 * Target-Dialog (RFC 4538 7). Each may occur once in a message and holds one value.
 */
#ifndef SLUICE_PARSER_SIP_DIALOG_H
#define SLUICE_PARSER_SIP_DIALOG_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_dialog_kind {
        SIP_DIALOG_REPLACES = 0,
        SIP_DIALOG_JOIN,
        SIP_DIALOG_TARGET,
};

/* Tags are named as the header names them; what they stand for is the reader's to know. */
struct sip_dialog {
        struct sip_span call_id;
        struct sip_span to_tag;     /* Replaces, Join */
        struct sip_span from_tag;   /* Replaces, Join; "0" for a peer of RFC 2543 */
        struct sip_span local_tag;  /* Target-Dialog */
        struct sip_span remote_tag; /* Target-Dialog */
        bool early_only;            /* Replaces */
};

/*
 * Parse all of [pos, end). With SIP_VALUE_OK the Call-ID and the two tags of the kind are there and
 * not empty. Otherwise SYNTAX, PARAM (a tag that is no token, early-only with a value), DUP (any
 * parameter of the kind twice) or MISSING (a tag).
 */
enum sip_value sip_dialog_parse(struct sip_cur *c, enum sip_dialog_kind kind,
                                struct sip_dialog *out);

#ifdef __cplusplus
}
#endif

#endif
