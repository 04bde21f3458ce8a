/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/bad/bad_read.h"

#include "parser/sip_addr.h"
#include "parser/sip_aor.h"
#include "parser/sip_auth.h"
#include "parser/sip_body.h"
#include "parser/sip_dialog.h"
#include "parser/sip_event.h"
#include "parser/sip_identity.h"
#include "parser/sip_rack.h"
#include "parser/sip_reason.h"
#include "parser/sip_timer.h"
#include "parser/sip_uri.h"
#include "parser/sip_via.h"
#include "tests/parser/bad/bad_bodies.h"
#include "tests/parser/bad/bad_text.h"
#include "tests/parser/bad/bad_whole.h"

/* A cursor over the value, one octet in front of it and a page behind it that cannot be touched. */
static struct sip_cur value(const uint8_t *p, size_t n, struct sip_anom_set *notes)
{
        static struct guard g;
        static uint8_t lead[BAD_BYTES_MAX + 1];

        if (!g.map)
                g = guard_create(sizeof(lead));
        n = n < SIP_MSG_BYTES_MAX ? n : SIP_MSG_BYTES_MAX - 1;
        lead[0] = '\n';
        memcpy(lead + 1, p, n);
        memset(notes, 0, sizeof(*notes));
        return (struct sip_cur){
            .buf = guard_tail(&g, lead, n + 1), .pos = 1, .end = (uint32_t)(n + 1), .notes = notes};
}

static void say_value(const struct sip_cur *c, enum sip_value v, char *out)
{
        assert_true(c->pos <= c->end);
        snprintf(out, BAD_OUTCOME_BYTES, "value:%s", sip_value_name(v));
}

/* All values of a list, up to the first that is wrong. */
static void read_auth_kind(enum sip_auth_kind kind, const uint8_t *p, size_t n, char *out)
{
        struct sip_anom_set notes;
        struct sip_cur c = value(p, n, &notes);
        enum sip_value v = SIP_VALUE_OK;
        struct sip_auth a;

        do {
                uint32_t from = c.pos;

                v = sip_auth_parse(&c, kind, &a);
                assert_true(v != SIP_VALUE_OK || c.pos > from);
        } while (v == SIP_VALUE_OK && c.pos < c.end);
        say_value(&c, v, out);
}

static void read_auth(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        (void)r;
        read_auth_kind(SIP_AUTH_CREDENTIALS, p, n, out);
}

static void read_challenge(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        (void)r;
        read_auth_kind(SIP_AUTH_CHALLENGE, p, n, out);
}

static void read_info(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        (void)r;
        read_auth_kind(SIP_AUTH_INFO, p, n, out);
}

/* A reader of one value, NAME, that fills a struct of TYPE by PARSE. */
#define VALUE_READER(NAME, TYPE, PARSE)                                               \
        static void read_##NAME(const uint8_t *p, size_t n, struct rng *r, char *out) \
        {                                                                             \
                struct sip_anom_set notes;                                            \
                struct sip_cur c = value(p, n, &notes);                               \
                TYPE result;                                                          \
                                                                                      \
                (void)r;                                                              \
                say_value(&c, PARSE(&c, &result), out);                               \
        }

static enum sip_value replaces_parse(struct sip_cur *c, struct sip_dialog *d)
{
        return sip_dialog_parse(c, SIP_DIALOG_REPLACES, d);
}

/* An Identity value takes what it can; more behind it is the caller's to refuse. */
static enum sip_value identity_parse(struct sip_cur *c, struct sip_identity *i)
{
        enum sip_value v = sip_identity_parse(c, i);

        return v == SIP_VALUE_OK && c->pos < c->end && c->buf[c->pos] != ',' ? SIP_VALUE_SYNTAX : v;
}

VALUE_READER(identity, struct sip_identity, identity_parse)
VALUE_READER(event, struct sip_event, sip_event_parse)
VALUE_READER(substate, struct sip_substate, sip_substate_parse)
VALUE_READER(reason, struct sip_reason, sip_reason_parse)
VALUE_READER(rack, struct sip_rack, sip_rack_parse)
VALUE_READER(rseq, uint32_t, sip_rseq_parse)
VALUE_READER(session_expires, struct sip_timer, sip_session_expires_parse)
VALUE_READER(min_se, struct sip_timer, sip_min_se_parse)
VALUE_READER(replaces, struct sip_dialog, replaces_parse)
VALUE_READER(type, struct sip_body_type, sip_body_type_parse)

/* Readers of the message parser's own values say anomalies. What is left over is wrong, too. */
static void say_anomaly(const struct sip_cur *c, enum sip_anomaly a, char *out)
{
        assert_true(c->pos <= c->end);
        snprintf(out, BAD_OUTCOME_BYTES, "value:%s",
                 a != SIP_ANOM_NONE ? sip_anomaly_name(a)
                 : c->pos < c->end  ? "rest"
                                    : "ok");
        bad_say_set(c->notes, SIP_ANOM_NONE, out);
}

static void read_uri(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        struct sip_anom_set notes;
        struct sip_cur c = value(p, n, &notes);
        struct sip_uri u;
        enum sip_anomaly a = sip_uri_parse(&c, &u);
        uint8_t aor[64];

        (void)r;
        /* The canonical form never grows, and its size is known first (B27). */
        if (a == SIP_ANOM_NONE && c.pos == c.end) {
                size_t need = sip_aor_write(c.buf, &u, NULL, 0);

                assert_true(need <= u.all.len);
                memset(aor, 0xa5, sizeof(aor));
                if (need > 0 && need < sizeof(aor)) {
                        assert_int_equal(sip_aor_write(c.buf, &u, aor, need - 1), need);
                        assert_int_equal(aor[0], 0xa5);
                        assert_int_equal(sip_aor_write(c.buf, &u, aor, need), need);
                        assert_int_equal(aor[need], 0xa5);
                }
        }
        say_anomaly(&c, a, out);
}

static void read_via(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        struct sip_anom_set notes;
        struct sip_cur c = value(p, n, &notes);
        struct sip_via v;

        (void)r;
        say_anomaly(&c, sip_via_parse(&c, &v), out);
}

static void read_addr(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        struct sip_anom_set notes;
        struct sip_cur c = value(p, n, &notes);
        struct sip_addr a;

        (void)r;
        say_anomaly(&c, sip_addr_parse(&c, &a), out);
}

static void read_sdp(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        struct sip_anom_set notes;
        struct sip_cur c = value(p, n, &notes);

        (void)r;
        bad_read_sdp(&c, out);
}

static void read_body(const uint8_t *p, size_t n, struct rng *r, char *out)
{
        struct sip_anom_set notes;
        struct sip_cur c = value(p, n, &notes);

        (void)r;
        bad_read_body(&c, out);
}

bad_reader *bad_reader_find(const char *name)
{
#define READER(NAME)               \
        {                          \
#NAME, read_##NAME \
        }
        static const struct {
                const char *name;
                bad_reader *read;
        } readers[] = {
            {"msg", bad_read_msg},
            {"sniff", bad_read_sniff},
            {"frame", bad_read_frame},
            {"ws", bad_read_ws},
            {"reply", bad_read_reply},
            {"life", bad_read_life},
            READER(auth),
            READER(challenge),
            READER(info),
            READER(identity),
            READER(event),
            READER(substate),
            READER(reason),
            READER(rack),
            READER(rseq),
            READER(session_expires),
            READER(min_se),
            READER(replaces),
            READER(type),
            READER(uri),
            READER(via),
            READER(addr),
            READER(sdp),
            READER(body),
        };
#undef READER

        for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
                if (strcmp(readers[i].name, name) == 0)
                        return readers[i].read;
        }
        return NULL;
}
