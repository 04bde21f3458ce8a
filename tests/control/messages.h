/* SPDX-License-Identifier: Apache-2.0 */
/*
 * messages.h - SIP messages for tests of control, made from a few words.
 */
#ifndef SLUICE_TESTS_CONTROL_MESSAGES_H
#define SLUICE_TESTS_CONTROL_MESSAGES_H

#include <stddef.h>

struct message {
        const char *method;     /* NULL = INVITE */
        const char *uri;        /* NULL = sip:bob@example.com */
        const char *to_tag;     /* NULL = none */
        const char *user_agent; /* NULL = none */
        const char *call_id;    /* NULL = call-1@test */
        const char *status;     /* "200 OK": a response */
        unsigned char cls;      /* enum shm_class that the dataplane gives it; not in the text */
};

/* Write the message to buf; returns its length. */
size_t message_write(const struct message *m, char *buf, size_t len);

#endif
