/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eve_alert.h - an alert as one line of EVE JSON: "event_type":"alert" with Suricata's `alert`
 * object, and `detection` for what it has no names for. Pure.
 */
#ifndef SLUICE_CONTROL_API_EVE_ALERT_H
#define SLUICE_CONTROL_API_EVE_ALERT_H

#include <stddef.h>
#include <stdint.h>

#include "control/detect/detect.h"

/* Room for any line: five texts of CP_DETECT_TEXT_BYTES at 6 octets each, the rest is names. */
#define CP_EVE_ALERT_BYTES 4096u

/* Write the line with its newline; returns its length. */
size_t cp_eve_alert(const struct cp_alert *a, enum cp_alert_news news, uint64_t now_ns,
                    char line[CP_EVE_ALERT_BYTES]);

#endif
