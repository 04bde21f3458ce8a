/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of message a rule can hold for at all, worked out once: a datagram that is not SIP, a
 * response, a request of one method. Fields that no rule needs for a kind are not looked at in it.
 */
#include "parser/match/match_set.h"

#include <string.h>

#include "parser/sip_method.h"

enum {
        SHAPE_NOT_SIP = 0,
        SHAPE_RESPONSE,
        SHAPE_NONE,  /* the start line could not be read */
        SHAPE_OTHER, /* a request whose method is no known one; behind it one for each of these */
};
_Static_assert(SHAPE_OTHER + SIP_METHOD_CNT <= 32, "a bit each");

#define BIT(shape) (UINT32_C(1) << (shape))
#define REQUESTS   ((BIT(SIP_METHOD_CNT) - 1u) << SHAPE_OTHER)
#define SHAPES_ALL (BIT(SHAPE_OTHER + SIP_METHOD_CNT) - 1u)

uint32_t match_shape(const struct sip_msg *m)
{
        if (m == NULL)
                return BIT(SHAPE_NOT_SIP);
        if (m->kind == SIP_KIND_REQUEST)
                return BIT(SHAPE_OTHER + (m->method < SIP_METHOD_CNT ? m->method : 0));
        return m->kind == SIP_KIND_RESPONSE ? BIT(SHAPE_RESPONSE) : BIT(SHAPE_NONE);
}

/* The known methods for which a group on sip.method holds, and all that it says nothing of. */
static uint32_t methods_of(const struct match_set *s, struct match_scratch *scratch,
                           const struct match_group *g)
{
        uint32_t shapes = SHAPES_ALL;

        for (uint32_t i = 0; i < g->step_cnt; i++) {
                if (s->steps[g->step_first + i].kind == MATCH_STEP_PCRE)
                        return shapes;
        }
        for (unsigned m = SIP_METHOD_OTHER + 1; m < SIP_METHOD_CNT; m++) {
                const char *name = sip_method_name((enum sip_method)m);
                const struct match_bytes in = {(const uint8_t *)name, (uint32_t)strlen(name)};

                if (!match_steps_hold(s, scratch, g, in))
                        shapes &= ~BIT(SHAPE_OTHER + m);
        }
        return shapes;
}

/* The kinds of message that a field can be in. */
static uint32_t field_shapes(enum match_field field)
{
        switch (field) {
        case MATCH_FIELD_PAYLOAD:
                return SHAPES_ALL;
        case MATCH_FIELD_FRAME_REQUEST_LINE:
        case MATCH_FIELD_FRAME_REQUEST_HEADERS:
        case MATCH_FIELD_FRAME_REQUEST_BODY:
        case MATCH_FIELD_REQUEST_LINE:
                return REQUESTS;
        case MATCH_FIELD_FRAME_RESPONSE_LINE:
        case MATCH_FIELD_FRAME_RESPONSE_HEADERS:
        case MATCH_FIELD_FRAME_RESPONSE_BODY:
        case MATCH_FIELD_RESPONSE_LINE:
        case MATCH_FIELD_STAT_CODE:
                return BIT(SHAPE_RESPONSE);
        default:
                return SHAPES_ALL & ~BIT(SHAPE_NOT_SIP);
        }
}

uint32_t match_rule_shapes(const struct match_set *s, struct match_scratch *scratch,
                           const struct match_rule *r)
{
        uint32_t shapes = SHAPES_ALL;

        if (r->proto == MATCH_PROTO_SIP)
                shapes &= ~BIT(SHAPE_NOT_SIP);
        if (r->flow != 0)
                shapes &= ((r->flow & MATCH_FLOW_REQUEST) != 0 ? REQUESTS : 0u) |
                          ((r->flow & MATCH_FLOW_RESPONSE) != 0 ? BIT(SHAPE_RESPONSE) : 0u);
        for (uint32_t i = 0; i < r->group_cnt; i++) {
                const struct match_group *g = &s->groups[r->group_first + i];
                const struct match_buffer *b;

                if (g->buffer == MATCH_NONE || (g->flags & MATCH_GROUP_ABSENT) != 0)
                        continue;
                b = &s->buffers[g->buffer];
                shapes &= field_shapes((enum match_field)b->field);
                if (b->field == MATCH_FIELD_METHOD && b->transform == 0)
                        shapes &= methods_of(s, scratch, g);
        }
        return shapes;
}
