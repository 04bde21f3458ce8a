/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/locate.h"

#include "parser/sip_aor.h"

bool dp_locate(const struct dp_bindings *table, const struct sip_msg *m, uint64_t now_ns,
               struct dp_binding *out)
{
        uint8_t aor[SHM_URI_BYTES_MAX];
        size_t len;

        if (table == NULL)
                return false;
        len = sip_aor_write(m->buf, &m->ruri, aor, sizeof(aor));
        return len != 0 && len <= sizeof(aor) &&
               dp_bindings_find(table, dp_bindings_hash(table, aor, len), aor, len, now_ns, out);
}
