/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_step.h - named points between two effects on shared memory, for the kill tests.
 *
 * tests/contract builds these sources a second time with SHM_INSTRUMENT and dies at each step in
 * turn. In every other build a step is nothing at all.
 */
#ifndef SLUICE_CONTRACT_SHM_STEP_H
#define SLUICE_CONTRACT_SHM_STEP_H

#ifdef SHM_INSTRUMENT
void shm_step(const char *name); /* the test's */
#define SHM_STEP(name) shm_step(name)
#else
#define SHM_STEP(name) ((void)0)
#endif

#endif
