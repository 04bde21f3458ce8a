/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said about a rule, and what it does once it holds.
 */
#include "control/rules/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECONDS_MAX (30u * 86400u)

static int take_text(struct cp_build *b, struct cp_piece p, const char **out)
{
        *out = cp_arena_text(&b->set->arena, p.at, p.len);
        return *out != NULL ? 0 : -ENOMEM;
}

static int number(struct cp_build *b, struct cp_piece value, uint64_t low, uint64_t high,
                  uint32_t *out)
{
        struct cp_piece digits = value;
        uint64_t v;

        if (value.len > 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
                digits = (struct cp_piece){value.at + 1, value.len - 2};
        if (!cp_piece_number(digits, low, high, &v))
                return cp_build_bad(b, value.at != NULL ? value.at : b->option.at,
                                    "'%.*s' is no number %llu to %llu",
                                    (int)(value.len < 64 ? value.len : 64),
                                    value.at != NULL ? value.at : "", (unsigned long long)low,
                                    (unsigned long long)high);
        *out = (uint32_t)v;
        return 0;
}

static int read_msg(struct cp_build *b, struct cp_piece value)
{
        struct cp_piece said;
        char *text;
        size_t n = 0;

        if (value.len < 2 || value.at[0] != '"' || value.at[value.len - 1] != '"')
                return cp_build_bad(b, value.at, "its value stands in double quotes");
        said = cp_piece_join(b, (struct cp_piece){value.at + 1, value.len - 2});
        text = cp_arena_take(&b->set->arena, value.len);
        if (said.at == NULL || text == NULL)
                return -ENOMEM;
        for (size_t i = 0; i < said.len; i++) {
                if (said.at[i] == '\\' && i + 1 < said.len)
                        i++;
                text[n++] = said.at[i];
        }
        b->rule->msg = text;
        return 0;
}

static int read_sid(struct cp_build *b, struct cp_piece value)
{
        if (b->rule->has_sid)
                return cp_build_bad(b, b->option.at, "said twice");
        b->rule->has_sid = true;
        return number(b, value, 1, UINT32_MAX - 1, &b->rule->r.sid);
}

static int read_rev(struct cp_build *b, struct cp_piece value)
{
        return number(b, value, 0, UINT32_MAX - 1, &b->rule->r.rev);
}

static int read_gid(struct cp_build *b, struct cp_piece value)
{
        return number(b, value, 0, UINT32_MAX - 1, &b->rule->r.gid);
}

static int read_priority(struct cp_build *b, struct cp_piece value)
{
        b->priority = true;
        return number(b, value, 1, 255, &b->rule->r.priority);
}

/* Priorities of the classes that Suricata's and Snort's rule sets use. */
static const struct {
        const char *name;
        uint8_t priority;
} classes[] = {
    {"not-suspicious", 3},
    {"unknown", 3},
    {"bad-unknown", 2},
    {"attempted-recon", 2},
    {"successful-recon-limited", 2},
    {"successful-recon-largescale", 2},
    {"attempted-dos", 2},
    {"successful-dos", 2},
    {"attempted-user", 1},
    {"unsuccessful-user", 1},
    {"successful-user", 1},
    {"attempted-admin", 1},
    {"successful-admin", 1},
    {"rpc-portmap-decode", 2},
    {"shellcode-detect", 1},
    {"string-detect", 3},
    {"suspicious-filename-detect", 2},
    {"suspicious-login", 2},
    {"system-call-detect", 2},
    {"tcp-connection", 4},
    {"trojan-activity", 1},
    {"unusual-client-port-connection", 2},
    {"network-scan", 3},
    {"denial-of-service", 2},
    {"non-standard-protocol", 2},
    {"protocol-command-decode", 3},
    {"web-application-activity", 2},
    {"web-application-attack", 1},
    {"misc-activity", 3},
    {"misc-attack", 2},
    {"icmp-event", 3},
    {"policy-violation", 1},
    {"default-login-attempt", 2},
    {"inappropriate-content", 1},
    {"targeted-activity", 1},
    {"exploit-kit", 1},
    {"external-ip-check", 2},
    {"domain-c2", 1},
    {"pup-activity", 2},
    {"credential-theft", 1},
    {"social-engineering", 2},
    {"coin-mining", 2},
    {"command-and-control", 1},
};

static int read_classtype(struct cp_build *b, struct cp_piece value)
{
        /* a priority that was said outright stays, wherever it was said */
        for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
                if (!b->priority && cp_piece_is(value, classes[i].name))
                        b->rule->r.priority = classes[i].priority;
        }
        return take_text(b, value, &b->rule->classtype);
}

static int read_reference(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule *r = b->rule;
        struct cp_piece what;
        struct cp_piece type = cp_piece_cut(value, ',', &what);
        size_t n = r->references != NULL ? strlen(r->references) : 0;
        char *text;

        if (type.len == 0 || what.len == 0)
                return cp_build_bad(b, value.at, "a type, a comma and what it refers to");
        text = cp_arena_take(&b->set->arena, n + value.len + 2);
        if (text == NULL)
                return -ENOMEM;
        if (n != 0)
                memcpy(text, r->references, n);
        if (n != 0)
                text[n++] = ' ';
        memcpy(text + n, value.at, value.len);
        r->references = text;
        return 0;
}

/* ---- metadata: what we read of it, and the rest as it is ---- */

/* The mode in words: "off", "monitor", "enforce", "enforce 10%". */
static int read_mode(struct cp_build *b, struct cp_piece value)
{
        struct cp_piece share;
        struct cp_piece word = cp_piece_cut(value, ' ', &share);
        uint32_t percent = 100;

        b->rule->off = cp_piece_is(word, "off");
        if (b->rule->off || cp_piece_is(word, "monitor")) {
                b->rule->r.mode = MATCH_MODE_MONITOR;
        } else if (cp_piece_is(word, "enforce")) {
                b->rule->r.mode = MATCH_MODE_ENFORCE;
                if (share.len != 0) {
                        if (share.at[share.len - 1] != '%')
                                return cp_build_bad(b, share.at, "a share ends in %%");
                        share.len--;
                        if (number(b, share, 1, 100, &percent) != 0)
                                return -EINVAL;
                        share.len = 0;
                }
        } else {
                return cp_build_bad(b, value.at, "a mode is off, monitor, enforce or enforce N%%");
        }
        b->rule->r.percent = (uint8_t)percent;
        return share.len == 0 ? 0 : cp_build_bad(b, share.at, "nothing follows this mode");
}

/* "2027-01-31": the rule has no effect from that day on, UTC. */
static int read_expires(struct cp_build *b, struct cp_piece value)
{
        char text[16] = "";
        struct tm tm = {0};
        const char *end;

        if (value.len < sizeof(text))
                memcpy(text, value.at, value.len);
        end = strptime(text, "%Y-%m-%d", &tm);
        if (end == NULL || *end != '\0' || value.len != 10)
                return cp_build_bad(b, value.at, "a day is written 2027-01-31");
        b->rule->r.expiry_s = (uint64_t)timegm(&tm);
        return 0;
}

static int read_metadata(struct cp_build *b, struct cp_piece value)
{
        while (value.at != NULL) {
                struct cp_piece rest, what;
                struct cp_piece item = cp_piece_cut(value, ',', &rest);
                struct cp_piece key = cp_piece_cut(item, ' ', &what);
                int rc = 0;

                if (cp_piece_is(key, "mode"))
                        rc = read_mode(b, what.at != NULL ? what : item);
                else if (cp_piece_is(key, "expires"))
                        rc = read_expires(b, what.at != NULL ? what : item);
                else if (cp_piece_is(key, "owner"))
                        rc = take_text(b, what, &b->rule->owner);
                else if (cp_piece_is(key, "canary_match"))
                        rc = take_text(b, what, &b->rule->canary_match);
                else if (cp_piece_is(key, "canary_miss"))
                        rc = take_text(b, what, &b->rule->canary_miss);
                if (rc != 0)
                        return rc;
                value = rest;
        }
        return 0;
}

/* ---- actions ---- */

static int wrong_action(struct cp_build *b, const char *action)
{
        return cp_build_bad(b, b->option.at, "belongs to the action %s", action);
}

/* code[,retry-after] */
static int read_reply(struct cp_build *b, struct cp_piece value)
{
        struct cp_piece wait;
        struct cp_piece code = cp_piece_cut(value, ',', &wait);
        uint32_t v = 0;
        uint32_t w = 0;
        int rc;

        if (b->rule->r.action != MATCH_ACTION_REJECT)
                return wrong_action(b, "reject");
        rc = number(b, code, 400, 699, &v);
        if (rc == 0 && wait.at != NULL)
                rc = number(b, wait, 1, 65535, &w);
        b->rule->r.code = (uint16_t)v;
        b->rule->r.retry_after_s = (uint16_t)w;
        return rc;
}

static int read_ban_for(struct cp_build *b, struct cp_piece value)
{
        if (b->rule->r.action != MATCH_ACTION_BAN)
                return wrong_action(b, "ban");
        return number(b, value, 1, SECONDS_MAX, &b->rule->r.seconds);
}

/* ---- thresholds ---- */

static const char *const tracks[MATCH_TRACK_CNT] = {
    [MATCH_TRACK_SRC] = "by_src",        [MATCH_TRACK_DST] = "by_dst",
    [MATCH_TRACK_BOTH] = "by_both",      [MATCH_TRACK_RULE] = "by_rule",
    [MATCH_TRACK_FLOW] = "by_flow",      [MATCH_TRACK_AOR] = "by_aor",
    [MATCH_TRACK_CALL_ID] = "by_callid",
};

static const char *const types[] = {[MATCH_THRESHOLD_LIMIT] = "limit",
                                    [MATCH_THRESHOLD_THRESHOLD] = "threshold",
                                    [MATCH_THRESHOLD_BOTH] = "both"};

static int one_of(struct cp_build *b, struct cp_piece w, const char *const *words, int cnt,
                  uint8_t *out)
{
        for (int i = 0; i < cnt; i++) {
                if (words[i] != NULL && cp_piece_is(w, words[i])) {
                        *out = (uint8_t)i;
                        return 0;
                }
        }
        return cp_build_bad(b, w.at != NULL ? w.at : b->option.at, "'%.*s' is not supported",
                            (int)(w.len < 64 ? w.len : 64), w.at != NULL ? w.at : "");
}

/* "key value, key value ..."; type != 0: it is given. */
static int read_limit(struct cp_build *b, struct cp_piece value, struct match_limit *l,
                      uint8_t type)
{
        bool track = false;

        if (l->type != MATCH_THRESHOLD_NONE)
                return cp_build_bad(b, b->option.at, "said twice");
        l->type = type;
        for (struct cp_piece rest = value; rest.at != NULL;) {
                struct cp_piece what;
                struct cp_piece key = cp_piece_cut(cp_piece_cut(rest, ',', &rest), ' ', &what);
                int rc;

                if (cp_piece_is(key, "type") && type == 0) {
                        rc = one_of(b, what, types, MATCH_THRESHOLD_FILTER, &l->type);
                } else if (cp_piece_is(key, "track")) {
                        rc = one_of(b, what, tracks, MATCH_TRACK_CNT, &l->track);
                        track = true;
                } else if (cp_piece_is(key, "count")) {
                        rc = number(b, what, 1, (1u << 24) - 1, &l->count);
                } else if (cp_piece_is(key, "seconds")) {
                        rc = number(b, what, 1, SECONDS_MAX, &l->seconds);
                } else {
                        rc = cp_build_bad(b, key.len != 0 ? key.at : b->option.at,
                                          "'%.*s' is not supported",
                                          (int)(key.len < 64 ? key.len : 64), key.at);
                }
                if (rc != 0)
                        return rc;
        }
        if (l->type == 0 || !track || l->count == 0 || l->seconds == 0)
                return cp_build_bad(b, value.at, "%s%s is missing", l->type == 0 ? "type" : "",
                                    l->type == 0    ? ""
                                    : !track        ? "track"
                                    : l->count == 0 ? "count"
                                                    : "seconds");
        return 0;
}

static int read_threshold(struct cp_build *b, struct cp_piece value)
{
        return read_limit(b, value, &b->rule->r.threshold, 0);
}

static int read_detection_filter(struct cp_build *b, struct cp_piece value)
{
        return read_limit(b, value, &b->rule->r.filter, MATCH_THRESHOLD_FILTER);
}

static int read_rate(struct cp_build *b, struct cp_piece value)
{
        if (b->rule->r.action != MATCH_ACTION_LIMIT)
                return wrong_action(b, "limit");
        return read_limit(b, value, &b->rule->r.rate, MATCH_THRESHOLD_FILTER);
}

static int read_noalert(struct cp_build *b, struct cp_piece value)
{
        (void)value;
        b->rule->r.flags |= MATCH_RULE_NO_ALERT;
        return 0;
}

/* It says where to look first, to people: src_ip or dest_ip. */
static int read_target(struct cp_build *b, struct cp_piece value)
{
        if (cp_piece_is(value, "src_ip") || cp_piece_is(value, "dest_ip"))
                return 0;
        return cp_build_bad(b, value.at, "src_ip or dest_ip");
}

const struct cp_option cp_options_rule[] = {
    {"msg", read_msg, CP_VALUE_NEEDED},
    {"sid", read_sid, CP_VALUE_NEEDED},
    {"rev", read_rev, CP_VALUE_NEEDED},
    {"gid", read_gid, CP_VALUE_NEEDED},
    {"classtype", read_classtype, CP_VALUE_NEEDED},
    {"priority", read_priority, CP_VALUE_NEEDED},
    {"reference", read_reference, CP_VALUE_NEEDED},
    {"metadata", read_metadata, CP_VALUE_NEEDED},
    {"target", read_target, CP_VALUE_NEEDED},
    {"threshold", read_threshold, CP_VALUE_NEEDED},
    {"detection_filter", read_detection_filter, CP_VALUE_NEEDED},
    {"rate", read_rate, CP_VALUE_NEEDED},
    {"reply", read_reply, CP_VALUE_NEEDED},
    {"ban_for", read_ban_for, CP_VALUE_NEEDED},
    {"noalert", read_noalert, CP_VALUE_NONE},
    {NULL, NULL, 0},
};
