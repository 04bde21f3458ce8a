/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_token.h - the user part of the URIs that we put into Record-Route and Path: what we will
 * want to know when they come back in a Route, signed, so that nothing is kept and nobody else can
 * make one.
 *
 *   kind flags [address of the caller] [address of the callee] signature     hexadecimal digits but
 *                                                                            for the kind
 *
 * Kind `d` (Record-Route): the request belongs to a dialog that began with a request which we were
 * told to forward and to record. It is forwarded by its Route and Request-URI without asking again;
 * a Route that anybody may write would make an open relay. The signature covers Call-ID and the
 * From-tag of the request that began the dialog, and so tells who sends: the caller or the callee.
 * Where one of them is behind a NAT, his address as seen from here is in the token: what goes to
 * him goes there, whatever his Contact says.
 *
 * Kind `p` (Path, RFC 3327): the address that a REGISTER came from. What comes back along the Path
 * goes there (as the flow token of RFC 5626 5.2 does).
 */
#ifndef SLUICE_DATAPLANE_EDGE_PROXY_TOKEN_H
#define SLUICE_DATAPLANE_EDGE_PROXY_TOKEN_H

#include "dataplane/edge/proxy.h"

/* kind, flags, up to two addresses of 16 octets with their ports, signature */
#define DP_PROXY_TOKEN_CHARS_MIN (2u + 16u)
#define DP_PROXY_TOKEN_CHARS_MAX (2u + 2u * 36u + 16u)

enum dp_proxy_token_kind {
        DP_PROXY_TOKEN_DIALOG = 'd',
        DP_PROXY_TOKEN_PATH = 'p',
};

enum dp_proxy_party {
        DP_PROXY_CALLER = 0, /* sent the request that began the dialog, or the REGISTER */
        DP_PROXY_CALLEE = 1,
        DP_PROXY_PARTIES = 2,
};

struct dp_proxy_token {
        uint8_t kind;    /* enum dp_proxy_token_kind */
        uint8_t sender;  /* read, kind DIALOG: the party whose request this is */
        uint8_t present; /* bit enum dp_proxy_party: its address is known */
        struct dp_proxy_addr addr[DP_PROXY_PARTIES];
};

/* Write the token for the dialog that m begins, or for its Path. Returns its characters, at most
 * DP_PROXY_TOKEN_CHARS_MAX; not terminated. */
size_t dp_proxy_token_write(const struct dp_proxy *px, const struct sip_msg *m,
                            const struct dp_proxy_token *t, char *out);

/* Has it the form of a token? Most users have not. */
static inline bool dp_proxy_token_may_be(struct sip_text t)
{
        return t.len >= DP_PROXY_TOKEN_CHARS_MIN && t.len <= DP_PROXY_TOKEN_CHARS_MAX &&
               (t.at[0] == DP_PROXY_TOKEN_DIALOG || t.at[0] == DP_PROXY_TOKEN_PATH);
}

/* Is that a token of ours, and when it is for a dialog: of this message's? */
bool dp_proxy_token_read(const struct dp_proxy *px, const struct sip_msg *m, struct sip_text text,
                         struct dp_proxy_token *t);

#endif
