/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bad_layers.h - frames from words, one a layer, outermost first; each says in the layer before it
 * what it is. Lengths and checksums are right unless a word says otherwise.
 *
 *   vlan qinq                     a tag
 *   ip4:off=,mf=,id=,len=,ihl=    off in units of 8 octets; len and ihl as they stand in the header
 *   ip6:len=                      dst:N  an extension header of N octets    route0:N  the same,
 * routing frag6:off=,mf=                a fragment header udp:dport=,len=,sum=          gre  gtp
 * (its first 8 octets) sip                           a message      pay:N  so many octets cut:N  N
 * octets less
 */
#ifndef SLUICE_TESTS_DATAPLANE_BAD_LAYERS_H
#define SLUICE_TESTS_DATAPLANE_BAD_LAYERS_H

#include "tests/dataplane/frame.h"

/* Build the frame of [words, words + n). What does not fit FRAME_MAX is left out. Ends the program,
 * and says why, for a word that it does not know. */
void bad_layers_build(struct frame *f, const char *words, size_t n);

#endif
