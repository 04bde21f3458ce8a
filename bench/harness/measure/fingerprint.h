/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fingerprint.h - where and with what a result came about.
 */
#ifndef SLUICE_BENCH_HARNESS_MEASURE_FINGERPRINT_H
#define SLUICE_BENCH_HARNESS_MEASURE_FINGERPRINT_H

#include <jansson.h>

/* A new object: host, CPU and its flags, kernel, DPDK, this program, its git id, its command line.
 */
json_t *sb_fingerprint(int argc, char **argv);

#endif
