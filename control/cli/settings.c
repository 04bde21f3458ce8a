/* SPDX-License-Identifier: Apache-2.0 */
#include "control/cli/settings.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct file_interface {
        char *interface;
};

struct file_dpdk {
        struct file_interface *interfaces;
        unsigned interfaces_count;
};

struct file_dataplane {
        unsigned workers;
};

struct file_control {
        char *socket;
        char **dataplanes;
        unsigned dataplanes_count;
        char *eve_file;
        char *state_dir;
};

struct file {
        struct file_dpdk dpdk;
        struct file_dataplane dataplane;
        struct file_control control;
};

struct loaded {
        struct file *file;
        const char **interface;
};

#define OPTIONAL     CYAML_FLAG_OPTIONAL
#define OPTIONAL_PTR (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)

/* clang-format off */
static const cyaml_schema_field_t interface_fields[] = {
        CYAML_FIELD_STRING_PTR("interface", CYAML_FLAG_POINTER, struct file_interface, interface, 0,
                               CYAML_UNLIMITED),
        CYAML_FIELD_END
};

static const cyaml_schema_value_t interface_schema = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_interface, interface_fields)
};

static const cyaml_schema_value_t string_schema = {
        CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)
};

static const cyaml_schema_field_t dpdk_fields[] = {
        CYAML_FIELD_SEQUENCE("interfaces", OPTIONAL_PTR, struct file_dpdk, interfaces,
                             &interface_schema, 0, CYAML_UNLIMITED),
        CYAML_FIELD_END
};

static const cyaml_schema_field_t dataplane_fields[] = {
        CYAML_FIELD_UINT("workers", OPTIONAL, struct file_dataplane, workers),
        CYAML_FIELD_END
};

static const cyaml_schema_field_t control_fields[] = {
        CYAML_FIELD_STRING_PTR("socket", OPTIONAL_PTR, struct file_control, socket, 0,
                               CYAML_UNLIMITED),
        CYAML_FIELD_SEQUENCE("dataplanes", OPTIONAL_PTR, struct file_control, dataplanes,
                             &string_schema, 0, CYAML_UNLIMITED),
        CYAML_FIELD_STRING_PTR("eve-file", OPTIONAL_PTR, struct file_control, eve_file, 0,
                               CYAML_UNLIMITED),
        CYAML_FIELD_STRING_PTR("state-dir", OPTIONAL_PTR, struct file_control, state_dir, 0,
                               CYAML_UNLIMITED),
        CYAML_FIELD_END
};

static const cyaml_schema_field_t file_fields[] = {
        CYAML_FIELD_MAPPING("dpdk", OPTIONAL, struct file, dpdk, dpdk_fields),
        CYAML_FIELD_MAPPING("dataplane", OPTIONAL, struct file, dataplane, dataplane_fields),
        CYAML_FIELD_MAPPING("control", OPTIONAL, struct file, control, control_fields),
        CYAML_FIELD_END
};

static const cyaml_schema_value_t file_schema = {
        CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file, file_fields)
};
/* clang-format on */

/* libcyaml tells a fault in several lines: the cause, a heading, then the places from the inside
 * out. The cause and the innermost place say enough. */
static void log_line(cyaml_log_t level, void *ctx, const char *fmt, va_list ap)
{
        char *error = ctx;
        char line[CP_SETTINGS_ERROR_BYTES];
        size_t len = strlen(error);

        if (level < CYAML_LOG_ERROR || strstr(error, "line: "))
                return;
        vsnprintf(line, sizeof(line), fmt, ap);
        line[strcspn(line, "\n")] = '\0';
        if (strstr(line, "Backtrace"))
                return;
        snprintf(error + len, CP_SETTINGS_ERROR_BYTES - len, "%s%s", len ? " " : "",
                 line + strspn(line, " "));
}

static cyaml_config_t load_config(char *error)
{
        return (cyaml_config_t){
            .log_fn = log_line,
            .log_ctx = error,
            .mem_fn = cyaml_mem,
            .log_level = CYAML_LOG_ERROR,
            .flags = CYAML_CFG_IGNORE_UNKNOWN_KEYS,
        };
}

void cp_settings_init(struct cp_settings *s)
{
        static const char *const dataplane[] = {"/run/sluice/dataplane.sock"};

        *s = (struct cp_settings){
            .control_socket = "/run/sluice/control.sock",
            .dataplane = dataplane,
            .dataplane_cnt = 1,
            .eve_file = "/var/log/sluice/eve.json",
            .state_dir = "/var/lib/sluice",
            .worker_cnt = 1,
        };
}

static void take(struct cp_settings *s, const struct loaded *l)
{
        const struct file_control *c = &l->file->control;

        s->control_socket = c->socket ? c->socket : s->control_socket;
        s->eve_file = c->eve_file ? c->eve_file : s->eve_file;
        s->state_dir = c->state_dir ? c->state_dir : s->state_dir;
        if (c->dataplanes) {
                s->dataplane = (const char *const *)c->dataplanes;
                s->dataplane_cnt = c->dataplanes_count;
        }
        if (l->file->dataplane.workers)
                s->worker_cnt = l->file->dataplane.workers;
        s->interface = l->interface;
        s->interface_cnt = l->file->dpdk.interfaces_count;
}

int cp_settings_load(struct cp_settings *s, const char *path, char error[CP_SETTINGS_ERROR_BYTES])
{
        cyaml_config_t config = load_config(error);
        struct loaded *l = calloc(1, sizeof(*l));
        cyaml_err_t err;

        error[0] = '\0';
        cp_settings_init(s);
        if (!l)
                return -ENOMEM;
        err = cyaml_load_file(path, &config, &file_schema, (cyaml_data_t **)&l->file, NULL);
        if (err == CYAML_OK && !l->file) { /* nothing but comments: the defaults */
                free(l);
                return 0;
        }
        if (err == CYAML_OK) {
                l->interface = calloc(l->file->dpdk.interfaces_count + 1u, sizeof(char *));
                if (l->interface) {
                        for (unsigned i = 0; i < l->file->dpdk.interfaces_count; i++)
                                l->interface[i] = l->file->dpdk.interfaces[i].interface;
                        take(s, l);
                        s->loaded = l;
                        return 0;
                }
        }
        if (!error[0])
                snprintf(error, CP_SETTINGS_ERROR_BYTES, "%s", cyaml_strerror(err));
        cyaml_free(&config, &file_schema, l->file, 0);
        free(l);
        return -EINVAL;
}

void cp_settings_fini(struct cp_settings *s)
{
        char ignored[CP_SETTINGS_ERROR_BYTES] = "";
        cyaml_config_t config = load_config(ignored);
        struct loaded *l = s->loaded;

        if (l) {
                cyaml_free(&config, &file_schema, l->file, 0);
                free(l->interface);
                free(l);
        }
        cp_settings_init(s);
}
