/* SPDX-License-Identifier: Apache-2.0 */
/*
 * killer.h - a file system for SQLite that kills its process at the nth thing that is done to a
 * file: before, in the middle of and after each write, before and after each fsync.
 */
#ifndef SLUICE_TESTS_CONTROL_LOCATION_KILLER_H
#define SLUICE_TESTS_CONTROL_LOCATION_KILLER_H

#include <stdbool.h>

/* Files opened from now on are watched. */
void killer_install(void);
/* In a child: count from 0 on, and die at this one; 0 = never. */
void killer_arm(unsigned at);
/* A child that does `work` and is killed at this one. It writes numbers (unsigned) into the pipe as
 * it promises something; *said: the last of them, 0 = none. True when it came to its end alive. */
bool killer_fork(unsigned at, void (*work)(int pipe), unsigned *said);

#endif
