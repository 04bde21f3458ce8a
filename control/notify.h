/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h - tell the service manager how we are: one datagram to $NOTIFY_SOCKET (sd_notify(3)).
 */
#ifndef SLUICE_CONTROL_NOTIFY_H
#define SLUICE_CONTROL_NOTIFY_H

/* state: "READY=1", "STOPPING=1", ... Does nothing without NOTIFY_SOCKET; failure is not told. */
void cp_notify(const char *state);

#endif
