/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_memfd.h - an anonymous file that can be sealed; private to this folder.
 */
#ifndef SLUICE_CONTRACT_SHM_MEMFD_H
#define SLUICE_CONTRACT_SHM_MEMFD_H

/* Close-on-exec, sealable, never executable where the kernel knows that. The fd or -errno. */
int shm_memfd_open(const char *name);

#endif
