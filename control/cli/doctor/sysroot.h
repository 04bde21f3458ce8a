/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysroot.h - what the kernel tells about itself in /proc and /sys, or in a tree that looks like
 * them.
 *
 * root is put before every path: "" = this machine. An absolute symbolic link within a tree leads
 * out of it, as the kernel resolves it: a tree for tests uses relative ones, as /sys does.
 */
#ifndef SLUICE_CONTROL_CLI_DOCTOR_SYSROOT_H
#define SLUICE_CONTROL_CLI_DOCTOR_SYSROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CP_SYS_TEXT_BYTES 4096u

/* The start of a file without its last newline, terminated. Returns its length or -errno. */
int cp_sys_read(const char *root, const char *path, char *buf, size_t cap);

/* A file that holds one number. False when it does not. */
bool cp_sys_number(const char *root, const char *path, uint64_t *value);

/* The rest of the first line of a file that begins with key, blanks and ':' skipped. False when
 * there is none. Lines may be as long as they like; the value is cut to cap. */
bool cp_sys_line(const char *root, const char *path, const char *key, char *buf, size_t cap);

/* Last part of where a symbolic link leads: the driver of a device. False when it is none. */
bool cp_sys_link_name(const char *root, const char *path, char *buf, size_t cap);

bool cp_sys_exists(const char *root, const char *path);

/* Does any path fit a pattern of glob(7)? */
bool cp_sys_any(const char *root, const char *pattern);

/* Call visit for each entry of a directory, in order of name; returns how many there were, 0 when
 * there is no such directory. */
size_t cp_sys_each(const char *root, const char *path, void (*visit)(void *ctx, const char *name),
                   void *ctx);

/* How many CPUs a list such as "0-3,8" names; 0 for an empty or malformed one. */
unsigned cp_sys_cpulist_cnt(const char *list);

/* Is `word` one of the blank-separated words of text? */
bool cp_sys_has_word(const char *text, const char *word);

#endif
