/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/config/config_check.h"
#include "control/config/config_schema.h"
#include "control/contract/shm_base.h"

static char *default_dataplanes[] = {(char[]){"/run/sluice/dataplane.sock"}};
static char default_socket[] = "/run/sluice/control.sock";
static char default_state_dir[] = "/var/lib/sluice";
static char default_eve_file[] = "/var/log/sluice/eve.json";

/* The same list stands in sluice.yaml; a test compares the two. */
static char *default_scanners[] = {
    (char[]){"friendly-scanner"},
    (char[]){"sipvicious"},
    (char[]){"sipcli"},
    (char[]){"sip-scan"},
    (char[]){"sipsak"},
    (char[]){"sundayddr"},
    (char[]){"iWar"},
    (char[]){"SIPTester"},
    (char[]){"VaxSIPUserAgent"},
    (char[]){"sippts"},
    (char[]){"pplsip"},
    (char[]){"eyeBeam release 3006o"},
    (char[]){"Gulp"},
    (char[]){"sivus"},
    (char[]){"smap"},
    (char[]){"svmap"},
    (char[]){"svwar"},
    (char[]){"svcrack"},
    (char[]){"sipp scanner"},
};

#define DEFAULT_WHY_ENTRIES      65536u
#define DEFAULT_LIFETIME_S       300u
#define DEFAULT_GATEWAY_LOOKUP_S 60u

struct loader {
        struct cp_yaml yaml;
        struct cp_config_error *err;
        unsigned line; /* of libcyaml's innermost complaint, 0 until known */
        unsigned column;
        char text[256];
};

/* libcyaml tells its first error, then a trace of places from the inside outwards. */
static void on_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
        struct loader *ld = ctx;
        char line[256];
        const char *place;

        (void)level;
        vsnprintf(line, sizeof(line), fmt, args);
        line[strcspn(line, "\n")] = '\0';
        if (ld->text[0] == '\0') {
                snprintf(ld->text, sizeof(ld->text), "%s",
                         strncmp(line, "Load: ", 6) == 0 ? line + 6 : line);
                return;
        }
        place = strstr(line, "(line: ");
        if (ld->line == 0 && place != NULL)
                (void)sscanf(place, "(line: %u, column: %u)", &ld->line, &ld->column);
}

/* Say libcyaml's complaint in the words of the file's author. */
static void tell(struct loader *ld)
{
        static const struct {
                const char *theirs;
                const char *ours;
        } words[] = {
            {"Unexpected key: ", "unknown key"},
            {"Missing required mapping field: ", "missing key"},
            {"Invalid ENUM value: ", "not one of the words that may stand here:"},
            {"Invalid UINT value: ", "not a number that may stand here:"},
            {"Invalid uint64_t value: ", "not a number that may stand here:"},
            {"Expecting MAPPING, got event: ", "keys with values must stand here, not a"},
            {"Expecting SEQUENCE, got event: ", "a list [...] must stand here, not a"},
        };
        struct cp_config_error *err = ld->err;

        err->line = ld->line;
        err->column = ld->column;
        snprintf(err->text, sizeof(err->text), "%.200s", ld->text);
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
                size_t n = strlen(words[i].theirs);

                if (strncmp(ld->text, words[i].theirs, n) != 0)
                        continue;
                snprintf(err->text, sizeof(err->text), "%s %.160s", words[i].ours, ld->text + n);
                if (i == 0) /* libcyaml names what stands before it */
                        (void)cp_yaml_find_key(&ld->yaml, ld->text + n, &err->line, &err->column);
        }
}

static const cyaml_config_t *cyaml_settings(struct loader *ld, cyaml_config_t *cfg)
{
        *cfg = (cyaml_config_t){
            .log_fn = ld == NULL ? NULL : on_log,
            .log_ctx = ld,
            .mem_fn = cyaml_mem,
            .log_level = CYAML_LOG_ERROR,
        };
        return cfg;
}

static void fill_control(struct cp_config_control *c, const struct cp_raw_control *raw,
                         struct cp_yaml *yaml)
{
        c->socket = raw->socket != NULL ? raw->socket : default_socket;
        c->dataplanes = raw->dataplanes;
        c->dataplanes_count = raw->dataplanes_count;
        if (!cp_yaml_find(yaml, "control/dataplanes", NULL, NULL)) {
                c->dataplanes = default_dataplanes;
                c->dataplanes_count = 1;
        }
        c->idle = raw->idle;
        c->state_dir = raw->state_dir != NULL ? raw->state_dir : default_state_dir;
        c->eve_file = raw->eve_file != NULL ? raw->eve_file : default_eve_file;
        c->why_entries = raw->why_entries != NULL ? *raw->why_entries : DEFAULT_WHY_ENTRIES;
}

static void fill_policy(struct cp_config_policy *p, const struct cp_raw_policy *raw,
                        struct cp_yaml *yaml)
{
        p->fallback = raw->fallback != 0 ? raw->fallback : (uint8_t)SHM_ACTION_PASS;
        p->decision_lifetime_s =
            raw->decision_lifetime_s != NULL ? *raw->decision_lifetime_s : DEFAULT_LIFETIME_S;
        p->gateway_lookup_s =
            raw->gateway_lookup_s != NULL ? *raw->gateway_lookup_s : DEFAULT_GATEWAY_LOOKUP_S;
        p->rules = raw->rules;
        p->rules_count = raw->rules_count;
        p->rule_vars = raw->rule_vars;
        p->rule_vars_count = raw->rule_vars_count;
        p->scanners = raw->scanners;
        p->scanners_count = raw->scanners_count;
        if (!cp_yaml_find(yaml, "policy/scanners", NULL, NULL)) {
                p->scanners = default_scanners;
                p->scanners_count = sizeof(default_scanners) / sizeof(default_scanners[0]);
        }
        p->allow = raw->allow;
        p->allow_count = raw->allow_count;
        p->deny = raw->deny;
        p->deny_count = raw->deny_count;
        p->blocklists = raw->blocklists;
        p->blocklists_count = raw->blocklists_count;
        p->gateways = raw->gateways;
        p->gateways_count = raw->gateways_count;
        p->routes = raw->routes;
        p->routes_count = raw->routes_count;
}

static int parse(struct cp_config *c, const uint8_t *text, size_t len, struct loader *ld)
{
        static const struct cp_raw_control no_control;
        static const struct cp_raw_policy no_policy;
        const struct cp_raw_config *raw;
        cyaml_config_t settings;
        cyaml_data_t *data = NULL;
        cyaml_err_t e;
        int rc = cp_yaml_load(&ld->yaml, text, len, ld->err);

        if (rc != 0)
                return rc;
        e = cyaml_load_data(text, len, cyaml_settings(ld, &settings), &cp_config_schema, &data,
                            NULL);
        if (e != CYAML_OK) {
                if (ld->text[0] == '\0')
                        snprintf(ld->text, sizeof(ld->text), "%s", cyaml_strerror(e));
                tell(ld);
                return e == CYAML_ERR_OOM ? -ENOMEM : -EINVAL;
        }
        c->parsed = data;
        raw = data;
        fill_control(&c->control, raw != NULL && raw->control != NULL ? raw->control : &no_control,
                     &ld->yaml);
        fill_policy(&c->policy, raw != NULL && raw->policy != NULL ? raw->policy : &no_policy,
                    &ld->yaml);
        if (raw != NULL && raw->edge != NULL)
                c->edge = *raw->edge;
        cp_config_detect_fill(&c->detections, raw != NULL ? raw->detections : NULL);
        rc = cp_config_check(c, &ld->yaml, ld->err);
        if (rc == 0)
                rc = cp_config_detect_check(&c->detections, &ld->yaml, ld->err);
        c->digest = cp_config_digest(&c->policy);
        return rc;
}

int cp_config_parse(struct cp_config **out, const char *name, const uint8_t *text, size_t len,
                    struct cp_config_error *err)
{
        struct loader ld = {.err = err};
        struct cp_config *c = calloc(1, sizeof(*c));
        int rc;

        memset(err, 0, sizeof(*err));
        snprintf(err->file, sizeof(err->file), "%s", name);
        if (c == NULL) {
                snprintf(err->text, sizeof(err->text), "%s", strerror(ENOMEM));
                return -ENOMEM;
        }
        rc = parse(c, text, len, &ld);
        cp_yaml_free(&ld.yaml);
        if (rc != 0) {
                cp_config_free(c);
                return rc;
        }
        *out = c;
        return 0;
}

/* The whole file in memory, at most CP_CONFIG_BYTES_MAX. Returns its length or a negative errno. */
static ssize_t read_file(const char *path, uint8_t **out)
{
        uint8_t *buf;
        size_t len = 0;
        ssize_t n = 0;
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                return -errno;
        buf = malloc(CP_CONFIG_BYTES_MAX);
        while (buf != NULL && len < CP_CONFIG_BYTES_MAX) {
                n = read(fd, buf + len, CP_CONFIG_BYTES_MAX - len);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                len += (size_t)n;
        }
        if (buf == NULL)
                n = -ENOMEM;
        else if (n < 0)
                n = -errno;
        else
                n = len < CP_CONFIG_BYTES_MAX ? (ssize_t)len : -EFBIG;
        close(fd);
        if (n < 0)
                free(buf);
        else
                *out = buf;
        return n;
}

int cp_config_load(struct cp_config **out, const char *path, struct cp_config_error *err)
{
        const char *file = path != NULL ? path : CP_CONFIG_DEFAULT_PATH;
        uint8_t *text = NULL;
        ssize_t len = read_file(file, &text);
        int rc;

        if (len == -ENOENT && path == NULL)
                return cp_config_parse(out, "(defaults)", (const uint8_t *)"", 0, err);
        if (len < 0) {
                memset(err, 0, sizeof(*err));
                snprintf(err->file, sizeof(err->file), "%s", file);
                snprintf(err->text, sizeof(err->text), "%s", strerror((int)-len));
                return (int)len;
        }
        rc = cp_config_parse(out, file, text, (size_t)len, err);
        free(text);
        return rc;
}

void cp_config_free(struct cp_config *c)
{
        cyaml_config_t settings;

        if (c == NULL)
                return;
        if (c->parsed != NULL)
                cyaml_free(cyaml_settings(NULL, &settings), &cp_config_schema, c->parsed, 0);
        free(c);
}

const char *cp_config_error_print(const struct cp_config_error *err, char *buf, size_t len)
{
        if (err->line != 0)
                snprintf(buf, len, "%s:%u:%u: %s", err->file, err->line, err->column, err->text);
        else
                snprintf(buf, len, "%s: %s", err->file, err->text);
        return buf;
}
