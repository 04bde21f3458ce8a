/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_errno.h - SQLite's result codes as negative errno values.
 */
#ifndef SLUICE_CONTROL_SQLITE_ERRNO_H
#define SLUICE_CONTROL_SQLITE_ERRNO_H

/* 0 for OK, ROW and DONE; -EBADMSG for a damaged file or none of SQLite's; -EIO for what has no
 * better name. Extended codes count as their primary ones. Pure. */
int cp_sqlite_errno(int rc);

#endif
