/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/control/location/killer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

static sqlite3_vfs *real;
static sqlite3_vfs killer;
static unsigned effects;
static unsigned die_at; /* 0 = never */

struct file {
        sqlite3_file base;
        sqlite3_file *under;
};

static void effect(void)
{
        if (++effects == die_at)
                raise(SIGKILL);
}

#define UNDER(f) (((struct file *)(f))->under)

static int k_close(sqlite3_file *f)
{
        return UNDER(f)->pMethods->xClose(UNDER(f));
}

static int k_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
        return UNDER(f)->pMethods->xRead(UNDER(f), to, n, at);
}

/* Killed before, in the middle of, and after a write. */
static int k_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
        int rc;

        effect();
        if (effects + 1 == die_at)
                (void)UNDER(f)->pMethods->xWrite(UNDER(f), from, n / 2, at);
        effect();
        rc = UNDER(f)->pMethods->xWrite(UNDER(f), from, n, at);
        effect();
        return rc;
}

static int k_truncate(sqlite3_file *f, sqlite3_int64 n)
{
        effect();
        return UNDER(f)->pMethods->xTruncate(UNDER(f), n);
}

static int k_sync(sqlite3_file *f, int flags)
{
        int rc;

        effect();
        rc = UNDER(f)->pMethods->xSync(UNDER(f), flags);
        effect();
        return rc;
}

static int k_size(sqlite3_file *f, sqlite3_int64 *n)
{
        return UNDER(f)->pMethods->xFileSize(UNDER(f), n);
}

static int k_lock(sqlite3_file *f, int l)
{
        return UNDER(f)->pMethods->xLock(UNDER(f), l);
}

static int k_unlock(sqlite3_file *f, int l)
{
        return UNDER(f)->pMethods->xUnlock(UNDER(f), l);
}

static int k_reserved(sqlite3_file *f, int *r)
{
        return UNDER(f)->pMethods->xCheckReservedLock(UNDER(f), r);
}

static int k_control(sqlite3_file *f, int op, void *arg)
{
        return UNDER(f)->pMethods->xFileControl(UNDER(f), op, arg);
}

static int k_sector(sqlite3_file *f)
{
        return UNDER(f)->pMethods->xSectorSize(UNDER(f));
}

static int k_features(sqlite3_file *f)
{
        return UNDER(f)->pMethods->xDeviceCharacteristics(UNDER(f));
}

static int k_map(sqlite3_file *f, int page, int size, int extend, void volatile **to)
{
        return UNDER(f)->pMethods->xShmMap(UNDER(f), page, size, extend, to);
}

static int k_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
        effect();
        return UNDER(f)->pMethods->xShmLock(UNDER(f), at, n, flags);
}

static void k_barrier(sqlite3_file *f)
{
        UNDER(f)->pMethods->xShmBarrier(UNDER(f));
}

static int k_unmap(sqlite3_file *f, int del)
{
        return UNDER(f)->pMethods->xShmUnmap(UNDER(f), del);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = k_close,
    .xRead = k_read,
    .xWrite = k_write,
    .xTruncate = k_truncate,
    .xSync = k_sync,
    .xFileSize = k_size,
    .xLock = k_lock,
    .xUnlock = k_unlock,
    .xCheckReservedLock = k_reserved,
    .xFileControl = k_control,
    .xSectorSize = k_sector,
    .xDeviceCharacteristics = k_features,
    .xShmMap = k_map,
    .xShmLock = k_shm_lock,
    .xShmBarrier = k_barrier,
    .xShmUnmap = k_unmap,
};

static int k_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
        struct file *mine = (struct file *)f;
        int rc;

        (void)vfs;
        mine->base.pMethods = NULL;
        mine->under = (sqlite3_file *)(mine + 1);
        rc = real->xOpen(real, name, mine->under, flags, out);
        if (mine->under->pMethods != NULL)
                mine->base.pMethods = &methods;
        return rc;
}

void killer_install(void)
{
        real = sqlite3_vfs_find(NULL);
        killer = *real;
        killer.zName = "killer";
        killer.szOsFile = real->szOsFile + (int)sizeof(struct file);
        killer.xOpen = k_open;
        sqlite3_vfs_register(&killer, 1);
}

void killer_arm(unsigned at)
{
        effects = 0;
        die_at = at;
}

bool killer_fork(unsigned at, void (*work)(int pipe), unsigned *said)
{
        int fds[2], status;
        pid_t pid;

        *said = 0;
        assert_int_equal(pipe(fds), 0);
        fflush(NULL);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                close(fds[0]);
                killer_arm(at);
                work(fds[1]);
        }
        close(fds[1]);
        for (unsigned n; read(fds[0], &n, sizeof(n)) == sizeof(n);)
                *said = n;
        close(fds[0]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ||
                    (WIFEXITED(status) && WEXITSTATUS(status) == 0));
        return WIFEXITED(status);
}
