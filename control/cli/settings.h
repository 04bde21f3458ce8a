/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h - the few values of sluice.yaml that the operator's command wants.
 *
 * Other keys are skipped unread, so that sluicectl still works while an edit has broken a part of
 * the file that does not concern it; the two daemons check the file as a whole.
 */
#ifndef SLUICE_CONTROL_CLI_SETTINGS_H
#define SLUICE_CONTROL_CLI_SETTINGS_H

#include <stddef.h>

#define CP_SETTINGS_ERROR_BYTES 256u

struct cp_settings {
        const char *control_socket;
        const char *const *dataplane; /* sockets that control attaches to */
        size_t dataplane_cnt;
        const char *eve_file; /* "" = none */
        const char *state_dir;
        unsigned worker_cnt;
        const char *const *interface; /* as EAL takes them */
        size_t interface_cnt;
        void *loaded; /* owner of what came from a file */
};

/* The defaults, as sluice.yaml documents them. */
void cp_settings_init(struct cp_settings *s);
/* Over the defaults, what the file says. 0, or -EINVAL with one line in error. */
int cp_settings_load(struct cp_settings *s, const char *path, char error[CP_SETTINGS_ERROR_BYTES]);
/* After _init or _load; *s is the defaults again. */
void cp_settings_fini(struct cp_settings *s);

#endif
