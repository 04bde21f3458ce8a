/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth.h - answers to Digest challenges: RFC 7616 3.4, RFC 8760. MD5, SHA-256 and SHA-512-256, each
 * also as -sess; no qop or qop=auth. Pure but for OpenSSL's own memory.
 */
#ifndef SLUICE_BENCH_HARNESS_TRAFFIC_AUTH_H
#define SLUICE_BENCH_HARNESS_TRAFFIC_AUTH_H

#include "bench/harness/engine/reader.h"

struct sb_auth_ask {
        const struct sb_rx *challenge; /* the 401 or 407 */
        const char *user;
        const char *password;
        const uint8_t *method;
        uint32_t method_len;
        const uint8_t *uri;
        uint32_t uri_len;
        uint64_t cnonce; /* the same for a message that is sent again */
};

/* Write "Authorization: Digest ..." or "Proxy-Authorization: ...", without a line end. The length;
 * 0 when there is no challenge that can be answered, or no room. */
uint32_t sb_auth_render(const struct sb_auth_ask *ask, uint8_t *to, uint32_t room);

#endif
