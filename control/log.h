/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - what sluice-control has to say: one line per event on standard error.
 *
 * Under journald (JOURNAL_STREAM is set) a line begins with its "<N>" priority, else with
 * "sluice-control: ". Any thread; a line is written by one system call.
 */
#ifndef SLUICE_CONTROL_LOG_H
#define SLUICE_CONTROL_LOG_H

enum cp_log_level { /* syslog's numbers */
                    CP_LOG_ERROR = 3,
                    CP_LOG_WARNING = 4,
                    CP_LOG_NOTICE = 5,
                    CP_LOG_INFO = 6,
};

__attribute__((format(printf, 2, 3))) void cp_log(enum cp_log_level level, const char *fmt, ...);

#endif
