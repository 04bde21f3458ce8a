/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/device.h"

#include <string.h>
#include <strings.h>

static const struct {
        const char *prefix, *vendor;
        uint8_t kind;
} devices[] = {
#define X(prefix, vendor, KIND) {prefix, vendor, CP_DEVICE_##KIND},
#include "control/api/device.def"
#undef X
};

const struct sip_hdr *cp_device_header(const struct sip_msg *m)
{
        const struct sip_hdr *h = sip_msg_first(m, SIP_HDR_USER_AGENT);

        return h != NULL ? h : sip_msg_first(m, SIP_HDR_SERVER);
}

struct cp_device cp_device_find(const uint8_t *text, size_t len)
{
        for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
                size_t n = strlen(devices[i].prefix);

                if (len >= n && strncasecmp((const char *)text, devices[i].prefix, n) == 0)
                        return (struct cp_device){devices[i].vendor, devices[i].kind};
        }
        return (struct cp_device){NULL, CP_DEVICE_PHONE};
}

const char *cp_device_kind_name(unsigned kind)
{
        static const char *const names[CP_DEVICE_KIND_CNT] = {
            "phone", "softphone", "gateway", "server", "conference", "stack", "tool",
        };

        return kind < CP_DEVICE_KIND_CNT ? names[kind] : "unknown";
}

static bool is_added_by_hops(unsigned id)
{
        return id == SIP_HDR_VIA || id == SIP_HDR_ROUTE || id == SIP_HDR_RECORD_ROUTE;
}

uint32_t cp_device_header_order(const struct sip_msg *m)
{
        uint32_t h = 2166136261u; /* FNV-1a */
        unsigned last = SIP_HDR_CNT;

        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                unsigned id = m->hdrs[i].id;

                if (id == last && is_added_by_hops(id))
                        continue;
                last = id;
                h = (h ^ (id << 1 | (m->hdrs[i].flags & SIP_HDR_F_COMPACT))) * 16777619u;
        }
        return h;
}
