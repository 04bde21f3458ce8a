/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device.h - who sent a message, by what it says and by how it writes: its User-Agent or Server
 * header, and the order of its headers. Hints, since anybody can send either.
 */
#ifndef SLUICE_CONTROL_API_DEVICE_H
#define SLUICE_CONTROL_API_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

enum cp_device_kind {
        CP_DEVICE_PHONE = 0,
        CP_DEVICE_SOFTPHONE,
        CP_DEVICE_GATEWAY,
        CP_DEVICE_SERVER,
        CP_DEVICE_CONFERENCE,
        CP_DEVICE_STACK, /* a library that says its own name */
        CP_DEVICE_TOOL,  /* tests, scanners */
        CP_DEVICE_KIND_CNT,
};

struct cp_device {
        const char *vendor; /* NULL: not known */
        uint8_t kind;       /* enum cp_device_kind */
};

/* The header that says it: User-Agent, else Server; NULL without. */
const struct sip_hdr *cp_device_header(const struct sip_msg *m);
/* By the text of a User-Agent or Server header. */
struct cp_device cp_device_find(const uint8_t *text, size_t len);
const char *cp_device_kind_name(unsigned kind);

/*
 * A number for the order of a message's headers and which of them are compact: equal for two
 * messages of one stack, however their values differ. Repeated Via, Route and Record-Route count
 * once, since hops add them. Unknown headers count as one kind.
 */
uint32_t cp_device_header_order(const struct sip_msg *m);

#endif
