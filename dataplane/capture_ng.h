/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture_ng.h - reads pcapng files. libpcap wants one link type and one length of frames for all
 * interfaces of a file; files of several machines or devices have more of them.
 *
 * Sections of either byte order, any number of interfaces each with its link type and its clock;
 * enhanced, simple and the obsolete packet blocks. Other blocks are passed over. A frame without a
 * time stamp has that of the frame before it.
 */
#ifndef SLUICE_DATAPLANE_CAPTURE_NG_H
#define SLUICE_DATAPLANE_CAPTURE_NG_H

#include <stdint.h>
#include <stdio.h>

#include "dataplane/capture.h"

struct dp_capture_ng;

/* Does a file whose first octet is this hold pcapng? No other kind of capture begins so. */
#define DP_CAPTURE_NG_FIRST 0x0a

/* Reads f, which stays the caller's. NULL without memory. */
struct dp_capture_ng *dp_capture_ng_create(FILE *f);
void dp_capture_ng_destroy(struct dp_capture_ng *c);
/* Comes first: the first section's head. 0, -EBADMSG or -ENOMEM. */
int dp_capture_ng_begin(struct dp_capture_ng *c);
/* 1, *frame and its link type (LINKTYPE_ of the file); 0 at the end; -EBADMSG when the file is
 * damaged here; -ENOMEM. */
int dp_capture_ng_next(struct dp_capture_ng *c, struct dp_capture_frame *frame, int *link_type);
/* The text of the last -EBADMSG. */
const char *dp_capture_ng_error(const struct dp_capture_ng *c);

#endif
