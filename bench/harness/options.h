/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.h - the command line of sluice-bench, as numbers and words.
 */
#ifndef SLUICE_BENCH_HARNESS_OPTIONS_H
#define SLUICE_BENCH_HARNESS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/harness/engine/ports.h"
#include "bench/harness/traffic/scenario.h"

#define SB_KEYS_MAX 32u

struct sb_options {
        const char *command;
        struct sb_ports_setup ports;
        const char *scenario; /* NULL: none */
        const char *answer;   /* of the other side of "loop" */
        const char *mix;
        const char *attack;
        const char *attack_local;
        uint32_t attack_local_cnt;
        const char *replay;
        const char *local;
        uint32_t local_cnt;
        uint16_t local_port;
        uint32_t local_port_cnt;
        const char *remote; /* ADDRESS or ADDRESS:PORT or [ADDRESS]:PORT */
        const char *remote_mac;
        uint16_t vlan;
        double rate; /* a second; 0: as fast as it goes */
        double attack_rate;
        double speed;   /* of a replay */
        uint64_t limit; /* calls or messages; UINT64_MAX */
        double seconds; /* 0: no end but the limit */
        double drain_seconds;
        double rate_scale; /* of the keys + - * / */
        double window;     /* seconds; 0: none */
        const char *find;  /* search: rate, burst or sessions */
        const char *goals; /* search: shares, comma between; NULL: loss_goal alone */
        double hold_ms;
        double linger_ms;
        uint32_t slots;
        uint32_t live; /* calls of a worker at the same time; UINT32_MAX: as many as are due */
        uint32_t size; /* octets of a message of a mix; 0: as it is */
        uint32_t check_every;
        uint32_t t1_ms;
        uint32_t t2_ms;
        uint32_t wait_ms;
        bool no_retrans;
        bool quiet;
        const char *service;
        uint16_t media_port;
        const char *user;
        const char *password;
        const char *keys[SB_KEYS_MAX * 2 + 1];
        uint32_t key_cnt;
        const char *inject[SB_FILES_MAX];
        uint32_t inject_cnt;
        const char *json;
        const char *csv;
        const char *sipp_csv;
        const char *html;
        const char *log;
        double search_low;
        double search_high;
        double loss_goal;     /* ratio */
        double first_seconds; /* of a search's first trials; 0: an eighth of the others */
        uint32_t trials;
        double precision;
        double tolerance;   /* of compare */
        const char *filter; /* of micro: names, as Google Benchmark takes them; NULL: all */
        char **files;       /* what follows the options */
        uint32_t file_cnt;
};

/* 0: go on; 1: help or version was printed; -EINVAL: told on standard error. */
int sb_options_parse(struct sb_options *o, int argc, char **argv);

#endif
