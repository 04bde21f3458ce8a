/* SPDX-License-Identifier: Apache-2.0 */
#include "control/detect/marks.h"

#include <stdio.h>
#include <string.h>

#define WALK_DIGITS 8u /* a number is the same when these last digits are */

struct cp_mark cp_mark_of(enum cp_detection detection, const struct cp_observation *o)
{
        return (struct cp_mark){
            .detection = detection,
            .ip = o->outside,
            .port = o->port,
            .weight = 1,
            .proven = o->from_outside && (o->ev->known & SHM_KNOWN_PROVES) != 0,
            .time_ns = o->ev->time_ns,
            .call_id = o->msg != NULL ? sip_span_at(o->msg, o->msg->call_id) : NULL,
            .call_id_len = o->msg != NULL ? o->msg->call_id.len : 0,
        };
}

struct cp_mark cp_mark_aor(enum cp_detection detection, const struct cp_observation *o,
                           const struct cp_observed_text *aor)
{
        struct cp_mark m = cp_mark_of(detection, o);

        m.text = aor->at;
        m.text_len = aor->len;
        return m;
}

static uint64_t text_item(const struct cp_detect *d, const struct cp_observed_text *t)
{
        return cp_detect_hash(d, t->at, t->len);
}

static uint64_t source_item(const struct cp_detect *d, const struct cp_observation *o)
{
        return cp_detect_hash(d, o->outside->b, sizeof(o->outside->b));
}

static void mark(struct cp_detect *d, enum cp_detection detection, const struct cp_observation *o,
                 uint64_t item)
{
        struct cp_mark m = cp_mark_of(detection, o);

        m.item = item;
        cp_detect_mark(d, &m);
}

/* ---- verdicts ---- */

static void of_refusal(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark m;

        mark(d, CP_DETECTION_ENUMERATION, o, text_item(d, &o->to));
        if (!o->credentials)
                return;
        mark(d, CP_DETECTION_CRACKING, o, 0);
        if (o->account.len == 0)
                return;
        m = cp_mark_aor(CP_DETECTION_CRACKING_AOR, o, &o->account);
        m.item = source_item(d, o);
        cp_detect_mark(d, &m);
}

static void of_unsolicited(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark m = cp_mark_of(CP_DETECTION_REFLECTION_VICTIM, o);

        mark(d, CP_DETECTION_RESPONSE_FLOOD, o, 0);
        m.ip = o->inside;
        m.item = source_item(d, o);
        cp_detect_mark(d, &m);
}

void cp_marks_of_verdict(struct cp_detect *d, const struct cp_observation *o)
{
        switch (o->ev->reason) {
        case SHM_REASON_SCANNER:
                mark(d, CP_DETECTION_SCANNER_AGENT, o, 0);
                break;
        case SHM_REASON_REFUSALS_ENDPOINT:
        case SHM_REASON_REFUSALS_AOR:
        case SHM_REASON_REFUSALS_ADDRESS:
                of_refusal(d, o);
                break;
        case SHM_REASON_DIALOG_SOURCE:
        case SHM_REASON_DIALOG_CSEQ:
        case SHM_REASON_CANCEL_SOURCE:
        case SHM_REASON_TX_CONFLICT:
                mark(d, CP_DETECTION_SPOOFED_TEARDOWN, o, 0);
                break;
        case SHM_REASON_UNSOLICITED_RESPONSE:
                of_unsolicited(d, o);
                break;
        default:
                if (o->ev->reason >= SHM_REASONS_DECISION_MAX)
                        mark(d, CP_DETECTION_MALFORMED, o, 0);
        }
}

/* ---- dialling ---- */

/* The same last digits behind several prefixes. */
static void of_walk(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark m = cp_mark_of(CP_DETECTION_TOLL_FRAUD, o);
        size_t prefix;

        if (o->dialled.len < WALK_DIGITS)
                return;
        prefix = o->dialled.len - WALK_DIGITS;
        m.text = o->dialled.at + prefix;
        m.text_len = WALK_DIGITS;
        m.item = cp_detect_hash(d, o->dialled.at, prefix);
        cp_detect_mark(d, &m);
}

/* Blocks of a hundred: which of them have been called. */
static void of_sequence(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark m = cp_mark_of(CP_DETECTION_SEQUENTIAL_DIALLING, o);
        const char *end = o->dialled.at + o->dialled.len;

        if (o->dialled.len < 3 || end[-1] < '0' || end[-1] > '9' || end[-2] < '0' || end[-2] > '9')
                return;
        m.text = o->dialled.at;
        m.text_len = o->dialled.len - 2u;
        m.item = (uint64_t)(end[-2] - '0') * 10 + (uint64_t)(end[-1] - '0');
        cp_detect_mark(d, &m);
}

/* The ACK of a call tells nothing new, but proves who dialled. */
static void of_dialling(struct cp_detect *d, const struct cp_observation *o)
{
        if (o->method == SIP_METHOD_ACK && (o->ev->known & SHM_KNOWN_PROVES) == 0)
                return;
        of_walk(d, o);
        of_sequence(d, o);
        if (o->method == SIP_METHOD_INVITE && o->to.len != 0) {
                struct cp_mark m = cp_mark_aor(CP_DETECTION_TDOS, o, &o->to);

                m.item = source_item(d, o);
                cp_detect_mark(d, &m);
        }
}

/* ---- requests ---- */

static bool needs_login(uint8_t method)
{
        return method == SIP_METHOD_MESSAGE || method == SIP_METHOD_SUBSCRIBE ||
               method == SIP_METHOD_NOTIFY || method == SIP_METHOD_PUBLISH ||
               method == SIP_METHOD_REFER || method == SIP_METHOD_INFO;
}

static bool is_known(const struct cp_detect *d, const struct cp_observation *o)
{
        return (o->ev->known & SHM_KNOWN_AUTHENTICATED) != 0 ||
               cp_sources_level(&d->sources, o->outside, o->port, o->ev->time_ns) >=
                   CP_SOURCE_AUTHENTICATED;
}

/* With a nonce that it was sent. That others were sent it, too, as some servers do to all who ask
 * within a second, makes it no evidence against anybody, but a log-in all the same. */
static bool logs_in(const struct cp_observation *o)
{
        return (o->ev->known & (SHM_KNOWN_PROVES | SHM_KNOWN_ECHOED)) != 0;
}

static void of_flood(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark m = cp_mark_of(CP_DETECTION_METHOD_FLOOD, o);

        m.text = sip_span_at(o->msg, o->msg->method_name);
        m.text_len = o->msg->method_name.len;
        if (o->method != SIP_METHOD_REGISTER) {
                cp_detect_mark(d, &m);
                return;
        }
        m.patient = true;
        if (logs_in(o)) /* it and the challenged one before it are a login, and no flood */
                cp_detect_unmark(d, &m);
        else
                cp_detect_mark(d, &m);
}

static void of_target(struct cp_detect *d, const struct cp_observation *o)
{
        struct {
                uint8_t method;
                struct shm_ip inside;
                char user[CP_OBSERVE_TEXT_MAX];
        } target;
        struct sip_span user = o->msg->ruri.user;
        size_t len = user.len < sizeof(target.user) ? user.len : sizeof(target.user);

        memset(&target, 0, sizeof(target));
        target.method = o->method;
        target.inside = *o->inside;
        memcpy(target.user, sip_span_at(o->msg, user), len);
        mark(d, CP_DETECTION_SCAN, o, cp_detect_hash(d, &target, sizeof(target)));
}

static void of_unauthenticated(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark m = cp_mark_of(CP_DETECTION_UNAUTHENTICATED, o);

        m.text = sip_span_at(o->msg, o->msg->method_name);
        m.text_len = o->msg->method_name.len;
        m.patient = true;
        if (o->credentials)
                cp_detect_unmark(d, &m);
        else
                cp_detect_mark(d, &m);
}

static void of_branch(struct cp_detect *d, const struct cp_observation *o)
{
        struct sip_span id = o->msg->call_id;
        struct sip_span branch = o->msg->via.branch;
        struct cp_mark m = cp_mark_of(CP_DETECTION_FORK_LOOP, o);
        char key[CP_OBSERVE_TEXT_MAX + 32];
        size_t len = id.len < CP_OBSERVE_TEXT_MAX ? id.len : CP_OBSERVE_TEXT_MAX;

        memcpy(key, sip_span_at(o->msg, id), len);
        m.text = key;
        m.text_len = len + (size_t)snprintf(key + len, sizeof(key) - len, " %u %u", o->method,
                                            o->msg->cseq.number);
        m.item = cp_detect_hash(d, sip_span_at(o->msg, branch), branch.len);
        cp_detect_mark(d, &m);
}

static void of_register(struct cp_detect *d, const struct cp_observation *o)
{
        const struct sip_hdr *agent = sip_msg_first(o->msg, SIP_HDR_USER_AGENT);
        bool fresh = logs_in(o);
        struct cp_mark m;
        uint8_t endpoint[18];

        memcpy(endpoint, o->outside->b, 16);
        memcpy(endpoint + 16, &o->port, sizeof(o->port));
        cp_avalanche_add(&d->avalanche,
                         cp_detect_slot(d, CP_DETECTION_REGISTER_AVALANCHE, o->ev->time_ns),
                         cp_detect_hash(d, endpoint, sizeof(endpoint)), fresh);
        if (!fresh || agent == NULL || o->to.len == 0)
                return;
        m = cp_mark_aor(CP_DETECTION_AGENT_CHANGE, o, &o->to);
        m.item = cp_detect_hash(d, sip_span_at(o->msg, agent->value), agent->value.len);
        cp_detect_mark(d, &m);
}

/* Whoever shows credentials has answered its challenge. */
static void of_credentials(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark m = cp_mark_of(CP_DETECTION_UNANSWERED_CHALLENGES, o);

        m.item = text_item(d, &o->account);
        cp_detect_unmark(d, &m);
}

void cp_marks_of_request(struct cp_detect *d, const struct cp_observation *o)
{
        if (o->credentials)
                of_credentials(d, o);
        of_flood(d, o);
        if (o->method == SIP_METHOD_ACK || (o->begins && o->method == SIP_METHOD_INVITE))
                of_dialling(d, o);
        if (o->method == SIP_METHOD_CANCEL && o->passed && o->to.len != 0)
                mark(d, CP_DETECTION_WANGIRI, o, text_item(d, &o->to));
        if (!o->begins)
                return;
        of_branch(d, o);
        if (o->method == SIP_METHOD_REGISTER)
                of_register(d, o);
        else if (!o->credentials && !is_known(d, o))
                of_target(d, o);
        if (needs_login(o->method) && o->passed && !is_known(d, o))
                of_unauthenticated(d, o);
}

/* A response from the outside. Only within a call does nobody there have a reason to challenge. */
void cp_marks_of_stranger(struct cp_detect *d, const struct cp_observation *o)
{
        uint16_t status = o->msg->status;

        if ((status == 401 || status == 407) && o->passed &&
            (o->method == SIP_METHOD_BYE || o->method == SIP_METHOD_INFO ||
             o->method == SIP_METHOD_UPDATE || o->method == SIP_METHOD_PRACK ||
             o->method == SIP_METHOD_NOTIFY))
                mark(d, CP_DETECTION_DIGEST_LEAK, o, 0);
}

/* ---- answers of the inside ---- */

static void of_asking(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark m = cp_mark_of(CP_DETECTION_CHALLENGE_LOOP, o);

        m.text = m.call_id;
        m.text_len = m.call_id_len;
        cp_detect_mark(d, &m);
}

static void of_challenge(struct cp_detect *d, const struct cp_observation *o)
{
        of_asking(d, o);
        if ((o->ev->known & SHM_KNOWN_REFUSED) == 0)
                mark(d, CP_DETECTION_UNANSWERED_CHALLENGES, o, text_item(d, &o->account));
}

static void of_password(struct cp_detect *d, const struct cp_observation *o, bool proven)
{
        struct cp_mark m = cp_mark_of(CP_DETECTION_CRACKING, o);

        m.proven = proven;
        cp_detect_mark(d, &m);
        if (o->account.len == 0)
                return;
        m = cp_mark_aor(CP_DETECTION_CRACKING_AOR, o, &o->account);
        m.item = source_item(d, o);
        cp_detect_mark(d, &m);
}

/* 401 or 407 to credentials with a nonce that had gone to this source alone: nobody else can have
 * caused it. A 403 can be provoked in another's name. */
static void of_refused(struct cp_detect *d, const struct cp_observation *o)
{
        uint16_t status = o->msg->status;
        bool password = status == 401 || status == 407;

        if (password || (status == 403 && o->method == SIP_METHOD_REGISTER))
                of_password(d, o, password && (o->ev->known & SHM_KNOWN_PROVES) != 0);
        if (password || (o->method == SIP_METHOD_INVITE && is_known(d, o)))
                return; /* who is known may dial wrong numbers */
        mark(d, CP_DETECTION_ENUMERATION, o, text_item(d, &o->to));
}

static void of_registered(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark m = cp_mark_aor(CP_DETECTION_AOR_MOVES, o, &o->to);

        m.item = source_item(d, o);
        if (o->to.len != 0)
                cp_detect_mark(d, &m);
}

/* Replies go to where requests say that they come from: at first nobody knows. */
void cp_marks_of_proof(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark m = cp_mark_of(CP_DETECTION_REFLECTION_USE, o);

        cp_detect_unmark(d, &m);
}

static void of_reply(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark m = cp_mark_of(CP_DETECTION_REFLECTION_USE, o);

        m.patient = true;
        if (cp_sources_level(&d->sources, o->outside, o->port, o->ev->time_ns) == CP_SOURCE_UNKNOWN)
                cp_detect_mark(d, &m);
}

void cp_marks_of_answer(struct cp_detect *d, const struct cp_observation *o)
{
        uint16_t status = o->msg->status;

        of_reply(d, o);
        if (status == 401 || status == 407)
                of_challenge(d, o);
        if ((o->ev->known & SHM_KNOWN_REFUSED) != 0)
                of_refused(d, o);
        if ((o->ev->known & SHM_KNOWN_REGISTERED) != 0)
                of_registered(d, o);
        if (status == 482 || status == 483 || status == 440)
                mark(d, CP_DETECTION_LOOPED, o, 0);
}

/* What control answers itself is not seen as a response: the request says what became of it. */
void cp_marks_of_own_answer(struct cp_detect *d, const struct cp_observation *o)
{
        switch (o->ev->reason) {
        case SHM_REASON_AUTHENTICATE:
                of_challenge(d, o);
                break;
        case SHM_REASON_CREDENTIALS:
                of_asking(d, o);
                of_password(d, o, true);
                break;
        case SHM_REASON_REGISTRAR:
                if (o->ev->code == 200)
                        of_registered(d, o);
                else if (o->ev->code == 403)
                        of_password(d, o, false);
                break;
        default:
                if (o->ev->code == 404)
                        mark(d, CP_DETECTION_ENUMERATION, o, text_item(d, &o->to));
        }
}

/* ---- calls ---- */

static void call_begins(struct cp_detect *d, struct cp_mark *m)
{
        m->item = cp_detect_hash(d, m->call_id, m->call_id_len);
        cp_detect_mark(d, m);
}

static void call_ends(struct cp_detect *d, struct cp_mark *m)
{
        m->item = cp_detect_hash(d, m->call_id, m->call_id_len);
        cp_detect_unmark(d, m);
}

/* The BYE may come from either side, with From and To in either place. */
void cp_marks_of_calls(struct cp_detect *d, const struct cp_observation *o)
{
        struct cp_mark source = cp_mark_of(CP_DETECTION_CONCURRENT_CALLS, o);
        struct cp_mark from = cp_mark_aor(CP_DETECTION_CONCURRENT_CALLS_AOR, o, &o->from);
        struct cp_mark to = cp_mark_aor(CP_DETECTION_CONCURRENT_CALLS_AOR, o, &o->to);

        if (!o->passed)
                return;
        if (!o->request && o->method == SIP_METHOD_INVITE && o->msg->status >= 200 &&
            o->msg->status < 300) {
                call_begins(d, &source);
                if (o->from.len != 0)
                        call_begins(d, &from);
        } else if (o->request && o->method == SIP_METHOD_BYE) {
                call_ends(d, &source);
                call_ends(d, &from);
                call_ends(d, &to);
        }
}
