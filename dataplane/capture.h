/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture.h - reads captures (pcap and pcapng) as Ethernet frames, and writes pcap files.
 *
 * The chain knows Ethernet only. Frames of other link types get a made-up Ethernet header (MACs
 * 02:00:00:00:00:01 and :02) in front of their network packet:
 *
 *   EN10MB                          as caught
 *   RAW, IPV4, IPV6                 header + packet; the first nibble tells the version
 *   LINUX_SLL, LINUX_SLL2           header with their protocol + what follows
 *   NULL, LOOP                      header + packet; the address family tells the version
 *   C_HDLC                          header with its protocol + packet
 *   PPP, PPP_SERIAL                 header + packet; with or without HDLC octets
 *   anything else, or none of these ethertype 0x88b5 (IEEE 802 local experiments) + the frame as
 *   after all                       caught: counted as undecodable, "not IP" to the chain, and part
 *                                   of its conservation like every other frame
 *
 * Replay's thread only. A file that is cut off gives the frames before the cut.
 */
#ifndef SLUICE_DATAPLANE_CAPTURE_H
#define SLUICE_DATAPLANE_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

struct dp_capture;

struct dp_capture_frame {
        const uint8_t *data; /* valid until the next call */
        uint32_t len;     /* octets at data; fewer than were on the wire when the capture cut it */
        uint64_t time_ns; /* since the epoch; stamps outside of 1970..2500 become the nearer end */
};

#define DP_CAPTURE_ERROR_BYTES 512u

/* Open PATH ("-" = standard input). 0, or -EBADMSG with one line of why in error. */
int dp_capture_open(struct dp_capture **out, const char *path, char error[DP_CAPTURE_ERROR_BYTES]);
/* 1 and *frame; 0 at the end; -EBADMSG when the file is damaged here (error says how); -ENOMEM. */
int dp_capture_next(struct dp_capture *c, struct dp_capture_frame *frame);
/* The text of the last -EBADMSG. */
const char *dp_capture_error(struct dp_capture *c);
/* Frames given as ethertype 0x88b5 so far. */
uint64_t dp_capture_undecodable(const struct dp_capture *c);
void dp_capture_close(struct dp_capture *c);

struct dp_capture_writer;

/* Create PATH ("-" = standard output): classic pcap, Ethernet, nanosecond stamps. 0 or -EIO with
 * one line of why in error. */
int dp_capture_create(struct dp_capture_writer **out, const char *path,
                      char error[DP_CAPTURE_ERROR_BYTES]);
void dp_capture_write(struct dp_capture_writer *w, const struct dp_capture_frame *frame);
/* Flush and close. 0, or -EIO when any octet did not reach the file. */
int dp_capture_finish(struct dp_capture_writer *w);

#endif
