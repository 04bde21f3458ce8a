/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_date.h - the form of a Date value (RFC 3261 20.17, 25.1).
 */
#ifndef SLUICE_PARSER_SIP_DATE_H
#define SLUICE_PARSER_SIP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Is s an rfc1123-date, "Sat, 13 Nov 2010 23:29:00 GMT", letter for letter, but that any SP may be
 * a line fold (7.3.1)? Fields are checked for their ranges (day 1-31, hour 0-23, minute 0-59,
 * second 0-60), not against the calendar.
 */
bool sip_date_ok(const uint8_t *buf, struct sip_span s);

/*
 * The same, and against the calendar too: is there such a day? Then *unix_s is the date as seconds
 * since 1970-01-01 00:00:00 UTC; a leap second counts as the first second of the next minute. The
 * name of the day is not compared with the date. False also before 1970.
 */
bool sip_date_seconds(const uint8_t *buf, struct sip_span s, uint64_t *unix_s);

#ifdef __cplusplus
}
#endif

#endif
