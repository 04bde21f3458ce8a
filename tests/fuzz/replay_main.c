/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay_main.c - main() of a fuzz target without a fuzzing engine: runs it once over each file
 * named, and over each file below each folder named. A path that is missing is named and passed
 * over, since the outside corpus need not be there; no input at all is a failure.
 */
#include <errno.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned runs;

static int replay(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        size_t size = (size_t)st->st_size;
        uint8_t *buf;
        FILE *f;

        (void)ftw;
        if (type != FTW_F)
                return 0;
        f = fopen(path, "rb");
        buf = malloc(size + 1);
        if (!f || !buf) {
                fprintf(stderr, "%s: %s\n", path, strerror(errno));
                exit(1);
        }
        size = fread(buf, 1, size, f);
        fclose(f);
        LLVMFuzzerTestOneInput(buf, size);
        free(buf);
        runs++;
        return 0;
}

int main(int argc, char **argv)
{
        for (int i = 1; i < argc; i++) {
                struct stat st;

                if (stat(argv[i], &st) != 0)
                        printf("SKIPPED: %s is not there\n", argv[i]);
                else if (nftw(argv[i], replay, 16, FTW_PHYS) != 0)
                        return 1;
        }
        printf("%u inputs replayed\n", runs);
        return runs > 0 ? 0 : 1;
}
