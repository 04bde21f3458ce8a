/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ip_text.h - addresses and ports as text, and octets as hexadecimal digits, for messages that are
 * written: what inet_ntop() and printf() would say, at a tenth of their time. Pure.
 */
#ifndef SLUICE_DATAPLANE_EDGE_IP_TEXT_H
#define SLUICE_DATAPLANE_EDGE_IP_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

#define DP_IP_TEXT_CHARS_MAX   39u /* eight groups of four and seven colons */
#define DP_PORT_TEXT_CHARS_MAX 5u

/*
 * An IPv4 address (mapped, as everywhere) with its four numbers; an IPv6 address as RFC 5952 4 has
 * it, never with an IPv4 address in it. How many characters; not terminated.
 */
size_t dp_ip_text(const struct shm_ip *ip, char out[DP_IP_TEXT_CHARS_MAX]);

/* A number in decimal. How many characters; not terminated. */
size_t dp_port_text(uint16_t port, char out[DP_PORT_TEXT_CHARS_MAX]);

/* Sixteen digits of hexadecimal in lower case, the highest first. */
void dp_hex_text(uint64_t v, char out[16]);

#endif
