/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/control/identity/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "parser/sip_parse.h"

void client_hash(const char *algorithm, const char *text, char hex[65])
{
        const char *name = strncmp(algorithm, "SHA-512", 7) == 0 ? "SHA512-256"
                           : strncmp(algorithm, "SHA", 3) == 0   ? "SHA256"
                                                                 : "MD5";
        unsigned char raw[64];
        size_t len = 0;

        if (EVP_Q_digest(NULL, name, NULL, text, strlen(text), raw, &len) != 1)
                abort();
        for (size_t i = 0; i < len; i++)
                snprintf(hex + 2 * i, 3, "%02x", raw[i]);
}

static const char * or (const char *given, const char *usual)
{
        return given != NULL ? given : usual;
}

static int credentials(const struct client *c, char *out, size_t cap)
{
        const char *algorithm = or (c->algorithm, "SHA-256");
        const char *qop = or (c->qop, "auth");
        const char *uri = or (c->uri, or (c->ruri, "sip:example.com"));
        const char *method = or (c->method, "REGISTER");
        const char *cnonce = or (c->cnonce, "0a4f113b");
        unsigned nc = c->nc != 0 ? c->nc : 1;
        char a[1024], ha1[65], ha2[65], body[65], response[65];
        bool proxy = strcmp(method, "REGISTER") != 0;

        snprintf(a, sizeof(a), "%s:%s:%s", c->user, or (c->realm, "example.com"), c->password);
        client_hash(algorithm, a, ha1);
        client_hash(algorithm, or (c->body, ""), body);
        snprintf(a, sizeof(a), "%s:%s%s%s", method, uri, strcmp(qop, "auth-int") == 0 ? ":" : "",
                 strcmp(qop, "auth-int") == 0 ? body : "");
        client_hash(algorithm, a, ha2);
        if (qop[0] == '\0')
                snprintf(a, sizeof(a), "%s:%s:%s", ha1, c->nonce, ha2);
        else
                snprintf(a, sizeof(a), "%s:%s:%08x:%s:%s:%s", ha1, c->nonce, nc, cnonce, qop, ha2);
        client_hash(algorithm, a, response);
        char detail[256] = "";

        if (qop[0] != '\0')
                snprintf(detail, sizeof(detail), ", qop=%s, nc=%08x, cnonce=\"%s\"", qop, nc,
                         cnonce);
        return snprintf(out, cap,
                        "%s: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", "
                        "response=\"%s\"%s%s%s%s\r\n",
                        proxy ? "Proxy-Authorization" : "Authorization", c->user,
                        or (c->realm, "example.com"), c->nonce, uri, response, detail,
                        algorithm[0] != '\0' ? ", algorithm=" : "", algorithm, or (c->extra, ""));
}

void client_request(const struct client *c, struct client_request *out)
{
        const char *method = or (c->method, "REGISTER");
        const char *body = or (c->body, "");
        char auth[1024] = "";
        int len;

        if (c->user != NULL)
                credentials(c, auth, sizeof(auth));
        len =
            snprintf(out->text, sizeof(out->text),
                     "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1;rport\r\n"
                     "Max-Forwards: 70\r\nFrom: <%s>;tag=1\r\n"
                     "To: <%s>%s%s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n"
                     "Contact: %s\r\n%s%s%sContent-Length: %zu\r\n\r\n%s",
                     method, or (c->ruri, "sip:example.com"), or (c->from, "sip:alice@example.com"),
                     or (c->from, "sip:alice@example.com"), c->to_tag != NULL ? ";tag=" : "",
                     or (c->to_tag, ""), or (c->call_id, "1@192.0.2.7"), c->cseq != 0 ? c->cseq : 1,
                     method, or (c->contact, "<sip:alice@192.0.2.7>"), auth, or (c->headers, ""),
                     body[0] != '\0' ? "Content-Type: text/plain\r\n" : "", strlen(body), body);
        if (len < 0 || (size_t)len >= sizeof(out->text) ||
            sip_parse((const uint8_t *)out->text, (size_t)len, &out->msg) != SIP_ANOM_NONE) {
                fprintf(stderr, "bad test message: %s\n", out->text);
                abort();
        }
}
