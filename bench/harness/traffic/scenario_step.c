/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/traffic/scenario_build.h"
#include "parser/sip_method.h"

/* Attributes that an element may have; those that only change SIPp's screen are taken and ignored.
 */
static bool known(const char *const *names, const char *name)
{
        for (; *names != NULL; names++)
                if (strcmp(*names, name) == 0)
                        return true;
        return false;
}

static int attributes_known(struct sb_build *b, sb_attributes a, const char *const *names)
{
        static const char *const everywhere[] = {
            "next", "test",       "chance",  "condexec", "condexec_inverse", "rtd", "start_rtd",
            "crlf", "repeat_rtd", "counter", "hide",     "display",          NULL};

        for (; a[0] != NULL; a += 2)
                if (!known(names, a[0]) && !known(everywhere, a[0]))
                        return sb_build_fail(b, "attribute %.60s is not supported", a[0]);
        return 0;
}

static int number(struct sb_build *b, sb_attributes a, const char *name, uint32_t most,
                  uint32_t *out)
{
        const char *v = sb_attribute(a, name);
        char *end;
        double n;

        if (v == NULL)
                return 0;
        n = strtod(v, &end);
        if (end == v || *end != '\0' || n < 0 || n > most)
                return sb_build_fail(b, "%s=\"%.60s\" is no number from 0 to %u", name, v, most);
        *out = (uint32_t)n;
        return 0;
}

/* rtd="true", rtd="2", start_rtd="1,2" */
static int rtds(struct sb_build *b, sb_attributes a, const char *name, uint8_t *mask)
{
        const char *v = sb_attribute(a, name);

        if (v == NULL || strcmp(v, "false") == 0)
                return 0;
        while (*v != '\0') {
                char *end;
                unsigned long n = strtoul(v, &end, 10);

                if (end == v) { /* "true", "invite": a name is the first one */
                        n = 1;
                        end = strchr(v, ',');
                        end = end == NULL ? strchr(v, '\0') : end;
                }
                if (n < 1 || n > SB_RTDS_MAX)
                        return sb_build_fail(b, "%s: there are RTDs 1 to %u", name, SB_RTDS_MAX);
                *mask = (uint8_t)(*mask | 1u << (n - 1));
                if (n > b->s->rtd_cnt)
                        b->s->rtd_cnt = (uint32_t)n;
                v = end + (*end == ',');
        }
        return 0;
}

static int everywhere(struct sb_build *b, struct sb_step *step, sb_attributes a)
{
        const char *next = sb_attribute(a, "next");
        const char *chance = sb_attribute(a, "chance");
        int rc = sb_build_variable_of(b, a, "test", &step->test_var);

        step->chance = chance == NULL ? 1.0 : strtod(chance, NULL);
        step->cond_inverse = sb_attribute_true(a, "condexec_inverse");
        if (rc == 0)
                rc = sb_build_variable_of(b, a, "condexec", &step->cond_var);
        if (rc == 0)
                rc = rtds(b, a, "start_rtd", &step->rtd_start);
        if (rc == 0)
                rc = rtds(b, a, "rtd", &step->rtd_stop);
        if (rc == 0 && next != NULL)
                rc = sb_build_use(b, next, false, NULL);
        return rc;
}

static int send_step(struct sb_build *b, struct sb_step *step, sb_attributes a)
{
        static const char *const names[] = {"retrans", "lost", "start_txn", "ack_txn", NULL};
        const char *start = sb_attribute(a, "start_txn");
        const char *ack = sb_attribute(a, "ack_txn");
        uint32_t lost = 0, txn;
        int rc = attributes_known(b, a, names);

        step->kind = SB_STEP_SEND;
        b->ack_step = -1;
        if (rc == 0)
                rc = number(b, a, "retrans", 3600000, &step->retrans_ms);
        if (rc == 0)
                rc = number(b, a, "lost", 100, &lost);
        step->lost_percent = (uint8_t)lost;
        if (rc == 0 && start != NULL) {
                txn = sb_build_txn(b, start, true);
                if (txn == 0)
                        return sb_build_fail(b, "more than %u named transactions", SB_TXNS_MAX);
                b->txn_steps[txn - 1] = b->s->step_cnt - 1;
                step->start_txn = (uint8_t)txn;
        }
        if (rc == 0 && ack != NULL) {
                txn = sb_build_txn(b, ack, false);
                if (txn == 0)
                        return sb_build_fail(b, "ack_txn=\"%.60s\": none began before", ack);
                b->ack_step = (int)b->txn_steps[txn - 1];
        }
        return rc;
}

static int recv_request(struct sb_build *b, struct sb_step *step, const char *request)
{
        if (strlen(request) >= SB_NAME_BYTES)
                return sb_build_fail(b, "request=\"%.60s...\" is too long", request);
        snprintf(step->method_name, sizeof(step->method_name), "%s", request);
        step->method = (uint8_t)sip_method_find((const uint8_t *)request, strlen(request));
        if (!step->regexp_method)
                return 0;
        step->method_regex = calloc(1, sizeof(*step->method_regex));
        if (step->method_regex == NULL)
                return -ENOMEM;
        if (regcomp(step->method_regex, request, REG_EXTENDED | REG_NOSUB) != 0)
                return sb_build_fail(b, "request=\"%.60s\" is no regular expression", request);
        return 0;
}

static int recv_step(struct sb_build *b, struct sb_step *step, sb_attributes a)
{
        static const char *const names[] = {"request",      "response",  "optional",     "rrs",
                                            "auth",         "timeout",   "ontimeout",    "lost",
                                            "regexp_match", "ignoresdp", "response_txn", NULL};
        const char *request = sb_attribute(a, "request");
        const char *response = sb_attribute(a, "response");
        const char *txn = sb_attribute(a, "response_txn");
        const char *label = sb_attribute(a, "ontimeout");
        uint32_t status = 0, lost = 0;
        int rc = attributes_known(b, a, names);

        step->kind = SB_STEP_RECV;
        step->regexp_method = sb_attribute_true(a, "regexp_match");
        step->optional = sb_attribute_true(a, "optional");
        step->record_routes = sb_attribute_true(a, "rrs");
        if (sb_attribute_true(a, "auth")) /* the challenge is needed to answer it */
                b->s->needs_last = true;
        if (rc == 0 && (request == NULL) == (response == NULL))
                rc = sb_build_fail(b, "wants either request= or response=");
        if (rc == 0 && request != NULL)
                rc = recv_request(b, step, request);
        if (rc == 0)
                rc = number(b, a, "response", 699, &status);
        step->status = (uint16_t)status;
        if (rc == 0 && response != NULL && status < 100)
                rc = sb_build_fail(b, "response=\"%.60s\" is no status code", response);
        if (rc == 0)
                rc = number(b, a, "timeout", 86400000, &step->timeout_ms);
        if (rc == 0)
                rc = number(b, a, "lost", 100, &lost);
        step->lost_percent = (uint8_t)lost;
        if (rc == 0 && txn != NULL) {
                step->response_txn = (uint8_t)sb_build_txn(b, txn, false);
                if (step->response_txn == 0)
                        rc = sb_build_fail(b, "response_txn=\"%.60s\": none began before", txn);
        }
        if (rc == 0 && label != NULL)
                rc = sb_build_use(b, label, true, NULL);
        return rc;
}

static int pause_step(struct sb_build *b, struct sb_step *step, sb_attributes a)
{
        static const char *const names[] = {"milliseconds", "variable", "distribution", "min",
                                            "max",          "value",    "sanity_check", NULL};
        const char *kind = sb_attribute(a, "distribution");
        int rc = attributes_known(b, a, names);

        step->kind = SB_STEP_PAUSE;
        step->pause_ms = SB_PAUSE_RUN;
        if (rc == 0)
                rc = number(b, a, "milliseconds", 86400000, &step->pause_ms);
        if (rc == 0)
                rc = sb_build_variable_of(b, a, "variable", &step->pause_var);
        if (rc != 0 || kind == NULL)
                return rc;
        if (strcmp(kind, "fixed") == 0)
                return number(b, a, "value", 86400000, &step->pause_ms);
        if (strcmp(kind, "uniform") != 0)
                return sb_build_fail(b, "distribution=\"%.60s\": only fixed and uniform", kind);
        rc = number(b, a, "min", 86400000, &step->pause_ms);
        if (rc == 0)
                rc = number(b, a, "max", 86400000, &step->pause_max_ms);
        return rc;
}

int sb_build_step(struct sb_build *b, const char *element, sb_attributes a)
{
        static const char *const none[] = {NULL}, *const wait[] = {"milliseconds", NULL};
        struct sb_step *step = &b->s->steps[b->s->step_cnt];
        int rc;

        if (b->s->step_cnt + 1 >= SB_STEPS_MAX)
                return sb_build_fail(b, "more than %u steps", SB_STEPS_MAX);
        b->s->step_cnt++;
        step->line = b->line;
        step->next = step->on_timeout = SB_STEP_NONE;
        step->pause_var = SB_VAR_NONE;
        if (strcmp(element, "send") == 0)
                rc = send_step(b, step, a);
        else if (strcmp(element, "recv") == 0)
                rc = recv_step(b, step, a);
        else if (strcmp(element, "pause") == 0)
                rc = pause_step(b, step, a);
        else if (strcmp(element, "nop") == 0) {
                step->kind = SB_STEP_NOP;
                rc = attributes_known(b, a, none);
        } else if (strcmp(element, "timewait") == 0) {
                step->kind = SB_STEP_TIMEWAIT;
                step->pause_ms = SB_PAUSE_RUN;
                rc = attributes_known(b, a, wait);
                if (rc == 0)
                        rc = number(b, a, "milliseconds", 86400000, &step->pause_ms);
        } else {
                b->s->step_cnt--;
                return sb_build_fail(b, "this element is not supported");
        }
        return rc != 0 ? rc : everywhere(b, step, a);
}

static int labels_resolve(struct sb_build *b)
{
        for (uint32_t i = 0; i < b->use_cnt; i++) {
                const struct sb_label_use *u = &b->uses[i];
                struct sb_step *step = &b->s->steps[u->step];
                uint32_t to = SB_STEP_NONE;

                for (uint32_t k = 0; k < b->label_cnt; k++)
                        if (strcmp(b->labels[k], u->name) == 0)
                                to = b->label_steps[k];
                b->line = step->line;
                if (to == SB_STEP_NONE)
                        return sb_build_fail(b, "no label \"%.60s\"", u->name);
                if (u->timeout)
                        step->on_timeout = to;
                else
                        step->next = to;
        }
        return 0;
}

int sb_build_finish(struct sb_build *b)
{
        struct sb_scenario *s = b->s;
        uint16_t sent = 0;
        bool first = true;

        b->element = "scenario";
        s->plain_id = true;
        for (uint32_t i = 0; i < s->step_cnt; i++) {
                struct sb_step *step = &s->steps[i];
                const struct sb_template *t = step->message;

                if (first && (step->kind == SB_STEP_SEND || step->kind == SB_STEP_RECV)) {
                        s->serves = step->kind == SB_STEP_RECV && step->status == 0;
                        first = false;
                }
                if (t != NULL && t->request)
                        sent = (uint16_t)(sent | 1u << t->method);
                step->cseq_methods = sent;
                if (t != NULL) {
                        s->needs_last = s->needs_last || t->uses_last;
                        s->needs_tag = s->needs_tag || t->uses_tag;
                        s->plain_id = s->plain_id && (t->plain_id || !t->request);
                }
                for (const struct sb_action *a = step->actions; a != NULL; a = a->next) {
                        s->logs = s->logs || a->kind == SB_ACT_LOG;
                        if (a->text == NULL)
                                continue;
                        s->needs_last = s->needs_last || a->text->uses_last;
                        s->needs_tag = s->needs_tag || a->text->uses_tag;
                }
        }
        if (first)
                return sb_build_fail(b, "it neither sends nor receives");
        if (s->serves)
                s->plain_id = false;
        return labels_resolve(b);
}
