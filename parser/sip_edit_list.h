/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_edit_list.h - how the files behind sip_edit.h add to the list: put the text piece by piece,
 * then say where it goes. Private.
 */
#ifndef SLUICE_PARSER_SIP_EDIT_LIST_H
#define SLUICE_PARSER_SIP_EDIT_LIST_H

#include "parser/sip_edit.h"

#pragma GCC visibility push(hidden)

/* Append to the text; on overflow the list is FULL. */
void sip_edit_put(struct sip_edit *e, const void *p, size_t bytes);
void sip_edit_put_number(struct sip_edit *e, uint32_t n);

static inline void sip_edit_put_text(struct sip_edit *e, struct sip_text t)
{
        sip_edit_put(e, t.at, t.len);
}

/* All text from offset `from` on replaces [at, at + cut). */
enum sip_edit_status sip_edit_commit(struct sip_edit *e, uint32_t at, uint32_t cut, uint32_t from);

enum sip_edit_status sip_edit_fail(struct sip_edit *e, enum sip_edit_status why);

/* The list has no error and the message may be edited; sets the status when it may not. */
bool sip_edit_ready(struct sip_edit *e);
/* The same, for requests only. */
bool sip_edit_ready_request(struct sip_edit *e);

/* What one list may insert once. */
enum sip_edit_once {
        SIP_EDIT_ONCE_MAX_FORWARDS = 1,
        SIP_EDIT_ONCE_CONTENT_LENGTH = 2,
        SIP_EDIT_ONCE_RECEIVED = 4,
};

/* The first time; else the list is in error (OVERLAP). */
bool sip_edit_first(struct sip_edit *e, enum sip_edit_once what);

/* So many more header fields, and Vias among them, if they fit. */
bool sip_edit_count(struct sip_edit *e, uint8_t hdrs, uint8_t vias);

/* Where the line of hdrs[idx] begins; for idx == hdr_cnt where the empty line does. */
uint32_t sip_edit_line(const struct sip_msg *m, uint32_t idx);

/* Is the text a URI, without header part and without line ends? */
bool sip_edit_uri_ok(struct sip_text uri);

#pragma GCC visibility pop

#endif
