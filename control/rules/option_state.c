/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options about the flow, about tags that rules leave for each other, and about fields as a whole.
 */
#include "control/rules/build.h"

#include <errno.h>
#include <string.h>

#include "parser/match/match_field.h"
#include "parser/match/match_words.h"
#include "parser/sip_check.h"

/* to_server is a request and to_client a response: what either side sends first does not matter. */
static int read_flow(struct cp_build *b, struct cp_piece value)
{
        struct match_rule *r = &b->rule->r;

        while (value.at != NULL) {
                struct cp_piece rest;
                struct cp_piece w = cp_piece_cut(value, ',', &rest);
                uint8_t way = 0;

                if (cp_piece_is(w, "to_server") || cp_piece_is(w, "from_client"))
                        way = MATCH_FLOW_REQUEST;
                else if (cp_piece_is(w, "to_client") || cp_piece_is(w, "from_server"))
                        way = MATCH_FLOW_RESPONSE;
                else if (cp_piece_is(w, "established"))
                        b->established = true;
                else if (!cp_piece_is(w, "stateless"))
                        return cp_build_bad(b, w.len != 0 ? w.at : b->option.at,
                                            "'%.*s' is not supported",
                                            (int)(w.len < 64 ? w.len : 64), w.at);
                if (way != 0 && r->flow != 0 && r->flow != way)
                        return cp_build_bad(b, w.at, "both ways is neither");
                r->flow |= way;
                value = rest;
        }
        if (b->established && r->proto != MATCH_PROTO_TCP && r->proto != MATCH_PROTO_SCTP)
                return cp_build_bad(
                    b, b->option.at,
                    "established is for tcp and sctp: a datagram has no connection");
        return 0;
}

/* ---- flowbits: for each Call-ID ---- */

static int flag_index(struct cp_build *b, struct cp_piece name, uint16_t *out)
{
        struct cp_rule_set *set = b->set;
        const char **more;

        for (uint32_t i = 0; i < set->flag_cnt; i++) {
                if (cp_piece_same(name, set->flags[i])) {
                        *out = (uint16_t)i;
                        return 0;
                }
        }
        if (name.len == 0 || name.len > MATCH_NAME_BYTES_MAX ||
            memchr(name.at, '|', name.len) != NULL || memchr(name.at, '&', name.len) != NULL)
                return cp_build_bad(b, name.len != 0 ? name.at : b->option.at,
                                    "one name of at most %u octets", MATCH_NAME_BYTES_MAX);
        if (set->flag_cnt == MATCH_FLAGS_MAX)
                return cp_build_bad(b, name.at, "more than %u names in all rules", MATCH_FLAGS_MAX);
        more = cp_arena_grow(&set->arena, set->flags, set->flag_cnt, sizeof(*more));
        if (more == NULL)
                return -ENOMEM;
        set->flags = more;
        more[set->flag_cnt] = cp_arena_text(&set->arena, name.at, name.len);
        if (more[set->flag_cnt] == NULL)
                return -ENOMEM;
        *out = (uint16_t)set->flag_cnt++;
        return 0;
}

static int read_flowbits(struct cp_build *b, struct cp_piece value)
{
        static const char *const ops[MATCH_FLAG_OP_CNT] = {
            [MATCH_FLAG_IS_SET] = "isset",  [MATCH_FLAG_IS_NOT_SET] = "isnotset",
            [MATCH_FLAG_SET] = "set",       [MATCH_FLAG_UNSET] = "unset",
            [MATCH_FLAG_TOGGLE] = "toggle",
        };
        struct cp_piece name;
        struct cp_piece word = cp_piece_cut(value, ',', &name);
        struct cp_rule_step *s;

        if (cp_piece_is(word, "noalert") && name.at == NULL) {
                b->rule->r.flags |= MATCH_RULE_NO_ALERT;
                return 0;
        }
        for (uint8_t op = 0; op < MATCH_FLAG_OP_CNT; op++) {
                if (!cp_piece_is(word, ops[op]))
                        continue;
                s = cp_build_fact(b, b->option.at);
                if (s == NULL)
                        return b->failed ? -EINVAL : -ENOMEM;
                s->s.kind = MATCH_STEP_FLAG;
                s->s.op = op;
                return flag_index(b, name, &s->s.index);
        }
        return cp_build_bad(b, word.len != 0 ? word.at : b->option.at, "'%.*s' is not supported",
                            (int)(word.len < 64 ? word.len : 64), word.at);
}

/* ---- fields ---- */

/* The field that options are about, fresh enough that this can still be said of it. */
static struct cp_rule_group *fresh_group(struct cp_build *b)
{
        struct cp_rule_group *g;

        if (b->group == MATCH_NONE) {
                cp_build_bad(b, b->option.at, "no field before it");
                return NULL;
        }
        g = &b->rule->groups[b->group];
        if (g->step_cnt != 0) {
                cp_build_bad(b, b->option.at, "stands right behind the name of a field");
                return NULL;
        }
        return g;
}

/* absent; or absent:or_else; */
static int read_absent(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_group *g = fresh_group(b);

        if (g == NULL)
                return -EINVAL;
        if (value.at != NULL && !cp_piece_is(value, "or_else"))
                return cp_build_bad(b, value.at, "or_else, or nothing");
        g->flags |= MATCH_GROUP_ABSENT | (value.at != NULL ? MATCH_GROUP_OR_ELSE : 0);
        return 0;
}

static int read_exists(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_group *g = fresh_group(b);

        (void)value;
        if (g == NULL)
                return -EINVAL;
        g->exists = true;
        return 0;
}

static int transform(struct cp_build *b, uint32_t bit)
{
        static const uint32_t letter_case = MATCH_TRANSFORM_LOWER | MATCH_TRANSFORM_UPPER;
        struct cp_rule_group *g = fresh_group(b);

        if (g == NULL)
                return -EINVAL;
        /* what is done in another order than is written must come to the same */
        if (bit == MATCH_TRANSFORM_URL_DECODE && g->transform != 0)
                return cp_build_bad(b, b->option.at, "comes before all other transforms, and once");
        if (bit == MATCH_TRANSFORM_DOT_PREFIX && (g->transform & bit) != 0)
                return cp_build_bad(b, b->option.at, "said twice");
        if ((bit & letter_case) != 0)
                g->transform &= ~letter_case;
        g->transform |= bit;
        return 0;
}

static int read_url_decode(struct cp_build *b, struct cp_piece value)
{
        (void)value;
        return transform(b, MATCH_TRANSFORM_URL_DECODE);
}

static int read_to_lowercase(struct cp_build *b, struct cp_piece value)
{
        (void)value;
        return transform(b, MATCH_TRANSFORM_LOWER);
}

static int read_to_uppercase(struct cp_build *b, struct cp_piece value)
{
        (void)value;
        return transform(b, MATCH_TRANSFORM_UPPER);
}

static int read_compress_whitespace(struct cp_build *b, struct cp_piece value)
{
        (void)value;
        return transform(b, MATCH_TRANSFORM_COMPRESS_SPACE);
}

static int read_strip_whitespace(struct cp_build *b, struct cp_piece value)
{
        (void)value;
        return transform(b, MATCH_TRANSFORM_STRIP_SPACE);
}

static int read_dotprefix(struct cp_build *b, struct cp_piece value)
{
        (void)value;
        return transform(b, MATCH_TRANSFORM_DOT_PREFIX);
}

/* frame:[sip.]NAME */
static int read_frame(struct cp_build *b, struct cp_piece value)
{
        struct cp_piece name = value;

        if (name.len > 4 && memcmp(name.at, "sip.", 4) == 0)
                name = (struct cp_piece){name.at + 4, name.len - 4};
        for (uint16_t f = MATCH_FIELD_FRAME_PDU; f <= MATCH_FIELD_FRAME_RESPONSE_BODY; f++) {
                if (cp_piece_is(name, match_fields[f].name + strlen("frame:")))
                        return cp_option_buffer(b, f, (struct cp_piece){NULL, 0});
        }
        return cp_build_bad(b, value.at, "'%.*s' is no frame of SIP",
                            (int)(value.len < 64 ? value.len : 64), value.at);
}

static int read_pkt_data(struct cp_build *b, struct cp_piece value)
{
        (void)value;
        return cp_option_buffer(b, MATCH_FIELD_PAYLOAD, (struct cp_piece){NULL, 0});
}

/* The name that version 8.0.0 has for what later is media_info. */
static int read_media_session_info(struct cp_build *b, struct cp_piece value)
{
        return cp_option_buffer(b, MATCH_FIELD_SDP_MEDIA_INFO, value);
}

/* Suricata's one event of its SIP parser: the message could not be read. */
static int read_app_layer_event(struct cp_build *b, struct cp_piece value)
{
        struct cp_rule_step *s;
        uint8_t *set;

        if (!cp_piece_is(value, "sip.invalid_data"))
                return cp_build_bad(b, value.at, "'%.*s' is no event of SIP",
                                    (int)(value.len < 64 ? value.len : 64), value.at);
        s = cp_build_fact(b, b->option.at);
        set = cp_arena_take(&b->set->arena, MATCH_WORD_SET_BYTES);
        if (s == NULL || set == NULL)
                return b->failed ? -EINVAL : -ENOMEM;
        for (unsigned a = 1; a < SIP_ANOM_CNT; a++) {
                if (sip_anomaly_is_fault((enum sip_anomaly)a))
                        set[a / 8] |= (uint8_t)(1u << a % 8);
        }
        s->s.kind = MATCH_STEP_WORD;
        s->s.op = MATCH_HAS;
        s->s.field = MATCH_FIELD_ANOMALY;
        s->bytes = set;
        s->len = MATCH_WORD_SET_BYTES;
        return 0;
}

const struct cp_option cp_options_state[] = {
    {"flow", read_flow, CP_VALUE_NEEDED},
    {"flowbits", read_flowbits, CP_VALUE_NEEDED},
    {"absent", read_absent, CP_VALUE_OPTIONAL},
    {"exists", read_exists, CP_VALUE_NONE},
    {"url_decode", read_url_decode, CP_VALUE_NONE},
    {"to_lowercase", read_to_lowercase, CP_VALUE_NONE},
    {"to_uppercase", read_to_uppercase, CP_VALUE_NONE},
    {"compress_whitespace", read_compress_whitespace, CP_VALUE_NONE},
    {"strip_whitespace", read_strip_whitespace, CP_VALUE_NONE},
    {"dotprefix", read_dotprefix, CP_VALUE_NONE},
    {"dataset", cp_option_dataset, CP_VALUE_NEEDED},
    {"frame", read_frame, CP_VALUE_NEEDED},
    {"pkt_data", read_pkt_data, CP_VALUE_NONE},
    {"sdp.media.session_info", read_media_session_info, CP_VALUE_NONE},
    {"app-layer-event", read_app_layer_event, CP_VALUE_NEEDED},
    {NULL, NULL, 0},
};
