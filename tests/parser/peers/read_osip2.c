/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>

#include "tests/parser/peers/reading.h"

static void text(struct reading *r, enum reading_field f, const char *s)
{
        if (s)
                reading_text(r, f, s, strlen(s));
}

static size_t length(const char *s)
{
        return s ? strlen(s) : 0;
}

/* libosip2 keeps what follows a scheme that it does not know as one string. */
static struct reading_uri split(const osip_uri_t *u)
{
        return (struct reading_uri){
            .scheme = u->scheme,
            .scheme_len = length(u->scheme),
            .user = u->username ? u->username : u->string,
            .user_len = length(u->username ? u->username : u->string),
            .host = u->host,
            .host_len = length(u->host),
            .port = u->port ? (unsigned)atoi(u->port) : 0,
        };
}

static void party(struct reading *r, enum reading_field user, const osip_from_t *a)
{
        osip_generic_param_t *tag = NULL;

        if (!a)
                return;
        if (a->url) {
                const struct reading_uri u = split(a->url);

                reading_user(r, user, &u);
        }
        osip_uri_param_get_byname((osip_list_t *)(uintptr_t)&a->gen_params,
                                  (char *)(uintptr_t) "tag", &tag);
        if (tag)
                text(r, user == READING_FROM_USER ? READING_FROM_TAG : READING_TO_TAG, tag->gvalue);
}

static void fields(struct reading *r, osip_message_t *m)
{
        const osip_body_t *body = osip_list_get(&m->bodies, 0);
        char *call_id = NULL;

        if (m->status_code != 0)
                reading_number(r, READING_METHOD, (uint64_t)m->status_code);
        else
                text(r, READING_METHOD, m->sip_method);
        if (m->req_uri) {
                const struct reading_uri u = split(m->req_uri);

                reading_ruri(r, &u);
        }
        party(r, READING_FROM_USER, m->from);
        party(r, READING_TO_USER, m->to);
        if (m->call_id && osip_call_id_to_str(m->call_id, &call_id) == 0) {
                text(r, READING_CALL_ID, call_id);
                osip_free(call_id);
        }
        if (m->cseq && m->cseq->number && m->cseq->method)
                reading_cseq(r, strtoull(m->cseq->number, NULL, 10), m->cseq->method,
                             strlen(m->cseq->method));
        if (m->content_length && m->content_length->value)
                reading_digits(r, READING_CONTENT_LENGTH, m->content_length->value,
                               strlen(m->content_length->value));
        reading_number(r, READING_VIAS, (uint64_t)osip_list_size(&m->vias));
        reading_number(r, READING_BODY, body ? body->length : 0);
}

/* It would write to the standard output what it does not like. */
static void quiet(const char *file, int line, osip_trace_level_t level, const char *format,
                  va_list args)
{
        (void)file;
        (void)line;
        (void)level;
        (void)format;
        (void)args;
}

void peer_osip2_read(const uint8_t *p, size_t n, struct reading *out)
{
        static int ready = -1;
        osip_message_t *m = NULL;

        if (ready != 0) {
                osip_trace_initialize_func(TRACE_LEVEL0, quiet);
                ready = parser_init();
        }
        reading_clear(out);
        if (ready != 0 || osip_message_init(&m) != 0)
                return;
        out->good = osip_message_parse(m, (const char *)p, n) == 0;
        if (out->good)
                fields(out, m);
        osip_message_free(m);
}
