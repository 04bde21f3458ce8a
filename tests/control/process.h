/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - a sluice-control of one's own, for tests: started, asked, killed. All abort the test
 * on failure.
 */
#ifndef SLUICE_TESTS_CONTROL_PROCESS_H
#define SLUICE_TESTS_CONTROL_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include <jansson.h>

struct process {
        char dir[64]; /* holds everything below, and goes with process_free() */
        char config[96];
        char api[96];
        char dataplane[96]; /* the socket that it attaches to */
        char eve[96];
        char log[96]; /* its standard error */
        int notify;   /* NOTIFY_SOCKET */
        pid_t pid;    /* 0 = not running */
};

struct client {
        int fd;
        char *buf;
        size_t len;
        size_t cap;
};

void process_make(struct process *p);
void process_free(struct process *p);
/* Write the configuration: `control` is made here, `policy` are the lines of that section. */
void process_configure(struct process *p, const char *policy);
/* Start and wait until it says READY=1. */
void process_start(struct process *p);
/* Send a signal and wait for the end; returns the status of waitpid(). */
int process_end(struct process *p, int signal);
/* Run a second one to its end; returns its exit code. Its standard error is in text. */
int process_second(struct process *p, char *text, size_t len);

void client_open(struct client *c, const struct process *p);
void client_close(struct client *c);
void client_send(struct client *c, const char *text, size_t len);
/* The next line as JSON; NULL when the other side hung up. */
json_t *client_read(struct client *c);
/* Call and return the whole response. params may be NULL; stolen. */
json_t *client_call(struct client *c, const char *method, json_t *params);
/* The same, and it must be a result, which is returned. */
json_t *client_result(struct client *c, const char *method, json_t *params);
/* The same, and it must be an error; returns its code. */
int client_error(struct client *c, const char *method, json_t *params);

#endif
