/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/rpc.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cp_rpc_fail(struct cp_rpc_call *call, int code, const char *fmt, ...)
{
        va_list args;

        va_start(args, fmt);
        vsnprintf(call->message, sizeof(call->message), fmt, args);
        va_end(args);
        call->code = code;
        return -1;
}

const char *cp_rpc_text(struct cp_rpc_call *call, const char *name)
{
        const json_t *v = json_object_get(call->params, name);

        if (!json_is_string(v)) {
                cp_rpc_fail(call, CP_RPC_INVALID_PARAMS, "parameter '%s' must be a text", name);
                return NULL;
        }
        return json_string_value(v);
}

json_int_t cp_rpc_number(struct cp_rpc_call *call, const char *name, json_int_t max,
                         json_int_t otherwise)
{
        const json_t *v = json_object_get(call->params, name);

        if (v == NULL)
                return otherwise;
        if (json_is_integer(v) && json_integer_value(v) >= 0 && json_integer_value(v) <= max)
                return json_integer_value(v);
        return cp_rpc_fail(call, CP_RPC_INVALID_PARAMS,
                           "parameter '%s' must be a whole number from 0 to %" JSON_INTEGER_FORMAT,
                           name, max);
}

/* json_dumps() with a newline. Takes the value over. */
static char *to_line(json_t *value)
{
        char *text = json_dumps(value, JSON_COMPACT);
        size_t len;
        char *line;

        json_decref(value);
        if (text == NULL)
                return NULL;
        len = strlen(text);
        line = realloc(text, len + 2);
        if (line == NULL) {
                free(text);
                return NULL;
        }
        memcpy(line + len, "\n", 2);
        return line;
}

static json_t *error_response(json_t *id, int code, const char *message, json_t *data)
{
        json_t *error = json_pack("{s:i, s:s}", "code", code, "message", message);

        if (error == NULL) /* a message that quotes a caller's text cut in the middle of UTF-8 */
                error = json_pack("{s:i, s:s}", "code", code, "message", "not possible");
        if (data != NULL)
                json_object_set_new(error, "data", data);
        return json_pack("{s:s, s:o, s:O}", "jsonrpc", "2.0", "error", error, "id", id);
}

char *cp_rpc_error_line(int code, const char *message)
{
        return to_line(error_response(json_null(), code, message, NULL));
}

static bool name_in(const char *names, const char *name)
{
        size_t len = strlen(name);

        while (len != 0 && *names != '\0') {
                size_t n = strcspn(names, " ");

                if (n == len && memcmp(names, name, n) == 0)
                        return true;
                names += n + (names[n] == ' ');
        }
        return false;
}

/* Every parameter is one that the method knows. json_object_foreach() wants a mutable object, which
 * the request is; the methods see it as const. */
static int check_params(const struct cp_rpc_method *m, struct cp_rpc_call *call, json_t *params)
{
        const char *key;
        json_t *value;

        if (!json_is_object(params))
                return cp_rpc_fail(call, CP_RPC_INVALID_PARAMS, "params must be an object");
        json_object_foreach(params, key, value)
        {
                if (!name_in(m->params, key))
                        return cp_rpc_fail(call, CP_RPC_INVALID_PARAMS,
                                           "%s does not know the parameter '%.64s'", m->name, key);
        }
        call->params = params;
        return 0;
}

static int run_method(const struct cp_rpc_method *methods, const char *name, json_t *params,
                      struct cp_rpc_call *call)
{
        for (const struct cp_rpc_method *m = methods; m->name != NULL; m++) {
                if (strcmp(m->name, name) == 0)
                        return check_params(m, call, params) != 0 ? -1 : m->run(call);
        }
        return cp_rpc_fail(call, CP_RPC_NO_METHOD, "no method '%.64s'", name);
}

/* One request object; NULL when it is a notification. */
static json_t *answer(const struct cp_rpc_method *methods, void *ctx, void *client, json_t *request)
{
        struct cp_rpc_call call = {.ctx = ctx, .client = client};
        json_t *id = json_object_get(request, "id");
        json_t *params = json_object_get(request, "params");
        json_t *none = json_object();
        const char *method = json_string_value(json_object_get(request, "method"));
        const char *version = json_string_value(json_object_get(request, "jsonrpc"));
        bool wants_answer = id != NULL;
        json_t *response = NULL;
        int rc;

        if (id == NULL || !(json_is_string(id) || json_is_number(id) || json_is_null(id)))
                id = json_null();
        if (params == NULL)
                params = none;
        if (method == NULL || version == NULL || strcmp(version, "2.0") != 0) {
                wants_answer = true;
                rc = cp_rpc_fail(&call, CP_RPC_INVALID_REQUEST, "not a JSON-RPC 2.0 request");
        } else {
                rc = run_method(methods, method, params, &call);
        }
        if (rc == 0 && wants_answer)
                response =
                    json_pack("{s:s, s:O, s:O}", "jsonrpc", "2.0", "result", call.result, "id", id);
        else if (wants_answer)
                response = error_response(id, call.code, call.message, call.data);
        else
                json_decref(call.data);
        json_decref(call.result);
        json_decref(none);
        return response;
}

static json_t *answer_batch(const struct cp_rpc_method *methods, void *ctx, void *client,
                            json_t *batch)
{
        json_t *responses;
        json_t *request;
        size_t i;

        if (json_array_size(batch) == 0 || json_array_size(batch) > CP_RPC_BATCH_MAX)
                return error_response(json_null(), CP_RPC_INVALID_REQUEST,
                                      "a batch holds 1 to 64 requests", NULL);
        responses = json_array();
        json_array_foreach(batch, i, request)
        {
                json_t *r = answer(methods, ctx, client, request);

                if (r != NULL)
                        json_array_append_new(responses, r);
        }
        if (json_array_size(responses) == 0) {
                json_decref(responses);
                return NULL;
        }
        return responses;
}

char *cp_rpc_line(const struct cp_rpc_method *methods, void *ctx, void *client, const char *line,
                  size_t len)
{
        json_error_t error;
        json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
        json_t *response;

        if (request == NULL) {
                char message[256];

                snprintf(message, sizeof(message), "not JSON (octet %d)", error.position);
                return cp_rpc_error_line(CP_RPC_PARSE_ERROR, message);
        }
        if (json_is_array(request))
                response = answer_batch(methods, ctx, client, request);
        else
                response = answer(methods, ctx, client, request);
        json_decref(request);
        return response == NULL ? NULL : to_line(response);
}
