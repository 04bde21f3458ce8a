/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/eve_class.h"

#include <stdio.h>
#include <string.h>

#include "control/api/device.h"
#include "control/prefix.h"
#include "parser/sip_alg.h"

static void write_device(struct cp_json *j, const struct sip_msg *m)
{
        const struct sip_hdr *h = cp_device_header(m);
        char order[9];

        if (h != NULL) {
                struct cp_device d = cp_device_find(sip_span_at(m, h->value), h->value.len);

                if (d.vendor != NULL) {
                        cp_json_open(j, "device", '{');
                        cp_json_string(j, "vendor", d.vendor);
                        cp_json_string(j, "kind", cp_device_kind_name(d.kind));
                        cp_json_close(j, '}');
                }
        }
        snprintf(order, sizeof(order), "%08x", cp_device_header_order(m));
        cp_json_string(j, "header_order", order);
}

static void write_alg(struct cp_json *j, const struct shm_event *ev, const struct sip_msg *m)
{
        static const struct {
                unsigned bit;
                const char *name;
        } names[] = {
            {SIP_ALG_CONTACT, "contact"},
            {SIP_ALG_ORIGIN, "origin"},
            {SIP_ALG_LENGTH, "length"},
        };
        struct sip_ip source = {.family = 6};

        memcpy(source.octets, ev->flow.src.b, 16);
        if (cp_ip_is_v4(&ev->flow.src)) {
                source = (struct sip_ip){.family = 4};
                memcpy(source.octets, ev->flow.src.b + 12, 4);
        }
        unsigned alg = sip_alg_find(m, &source);

        if (alg == 0)
                return;
        cp_json_open(j, "alg", '[');
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                if ((alg & names[i].bit) != 0)
                        cp_json_string(j, NULL, names[i].name);
        cp_json_close(j, ']');
}

void cp_eve_class_write(struct cp_eve_class *self, struct cp_json *j, const struct shm_event *ev,
                        const struct sip_msg *m)
{
        struct sip_class_memory memory = {self->calls, CP_EVE_CALLS - 1, self->seed};
        struct sip_class c;

        sip_classify_next(&memory, m, ev->cls == SHM_CLASS_EMERGENCY, &c);
        self->last = c;
        cp_json_string(j, "direction", ev->flow.side == SHM_SIDE_INSIDE ? "outbound" : "inbound");
        cp_json_string(j, "purpose", sip_purpose_name(c.purpose));
        cp_json_number(j, "confidence", c.confidence);
        if (c.body != SIP_CLASS_BODY_NONE)
                cp_json_string(j, "body", sip_class_body_name(c.body));
        write_device(j, m);
        write_alg(j, ev, m);
}
