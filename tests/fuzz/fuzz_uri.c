/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_uri.c - any octets as one URI, or as two with a line feed between: spans stay inside, the
 * comparison is symmetric and holds of a URI and itself, and the canonical address-of-record has
 * the size that was announced and no more octets than the URI.
 */
#include "parser/sip_aor.h"
#include "parser/sip_uri.h"
#include "parser/sip_uri_cmp.h"
#include "tests/fuzz/exact.h"

static bool parse(struct sip_cur c, struct sip_uri *u)
{
        bool ok = sip_uri_parse(&c, u) == SIP_ANOM_NONE;

        must(c.pos <= c.end && (!ok || c.pos == c.end));
        inside(&c, u->all);
        inside(&c, u->user);
        inside(&c, u->host);
        inside(&c, u->params);
        inside(&c, u->headers);
        return ok;
}

static void aor(const uint8_t *buf, const struct sip_uri *u)
{
        size_t n = sip_aor_write(buf, u, NULL, 0);
        uint8_t *out = calloc(1, n + 1);

        if (!out)
                abort();
        must(n <= u->all.len);
        out[n] = 0xa5;
        must(sip_aor_write(buf, u, out, n) == n && out[n] == 0xa5);
        must(n == 0 || out[n - 1] != 0);
        free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct sip_anom_set notes;
        struct sip_cur c = exact_cur(data, size, &notes);
        const uint8_t *lf = memchr(c.buf + 1, '\n', c.end - 1);
        struct sip_cur first = c, second = c;
        struct sip_uri a, b;
        bool a_ok, b_ok = false;

        if (lf) {
                first.end = (uint32_t)(lf - c.buf);
                second.pos = first.end + 1;
                b_ok = parse(second, &b);
        }
        a_ok = parse(first, &a);
        if (a_ok) {
                must(sip_uri_equal(c.buf, &a, c.buf, &a));
                aor(c.buf, &a);
        }
        if (a_ok && b_ok)
                must(sip_uri_equal(c.buf, &a, c.buf, &b) == sip_uri_equal(c.buf, &b, c.buf, &a));
        free((uint8_t *)(uintptr_t)c.buf);
        return 0;
}
