/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service.h - sluice-control as a running service: loop, signals, timers, API, threads.
 *
 *   SIGHUP          reload the policy        SIGUSR1  reopen the event file
 *   SIGTERM, SIGINT stop cleanly
 */
#ifndef SLUICE_CONTROL_SERVICE_H
#define SLUICE_CONTROL_SERVICE_H

struct cp_config;

/* Run until told to stop. Takes config over. config_path (NULL = default) is read again at a
 * reload. Returns 0, or a negative errno when it could not start (told in the log). */
int cp_service_run(const char *config_path, struct cp_config *config);

#endif
