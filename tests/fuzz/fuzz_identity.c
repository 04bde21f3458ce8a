/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_identity.c - any octets as Identity values: spans inside, the three parts add up to the
 * token, and the certificate's place is there whenever the value is called well formed.
 */
#include "parser/sip_identity.h"
#include "tests/fuzz/exact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct sip_anom_set notes;
        struct sip_cur c = exact_cur(data, size, &notes);
        uint8_t *block = (uint8_t *)(uintptr_t)c.buf;

        while (c.pos < c.end) {
                struct sip_identity id;
                enum sip_value v = sip_identity_parse(&c, &id);

                must(c.pos <= c.end);
                inside(&c, id.all);
                inside(&c, id.token);
                inside(&c, id.alg);
                inside(&c, id.ppt);
                inside(&c, id.info.all);
                if (v != SIP_VALUE_OK)
                        break;
                must(id.token.len == id.header.len + id.payload.len + id.signature.len + 2);
                must(id.signature.len > 0 && id.info.all.len > 0);
                must(c.pos == c.end || c.buf[c.pos] == ',');
                c.pos += c.pos < c.end;
        }
        free(block);
        return 0;
}
