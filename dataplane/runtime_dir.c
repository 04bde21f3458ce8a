/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/runtime_dir.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int dp_runtime_dir_make(struct dp_runtime_dir *dir)
{
        const char *tmp = getenv("TMPDIR");
        int n =
            snprintf(dir->path, sizeof(dir->path), "%s/sluice-XXXXXX", tmp != NULL ? tmp : "/tmp");

        if (n < 0 || (size_t)n >= sizeof(dir->path))
                snprintf(dir->path, sizeof(dir->path), "/tmp/sluice-XXXXXX");
        if (mkdtemp(dir->path) == NULL) {
                int rc = -errno;

                dir->path[0] = '\0';
                return rc;
        }
        return setenv("RUNTIME_DIRECTORY", dir->path, 1) == 0 ? 0 : -errno;
}

void dp_runtime_dir_remove(const struct dp_runtime_dir *dir)
{
        static const char *const parts[] = {"/dpdk/private", "/dpdk", ""}; /* inside out */
        char path[sizeof(dir->path) + sizeof("/dpdk/private")];

        if (dir->path[0] == '\0')
                return;
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
                snprintf(path, sizeof(path), "%s%s", dir->path, parts[i]);
                (void)rmdir(path);
        }
}
