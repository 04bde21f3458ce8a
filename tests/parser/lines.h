/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.h - files of the outside corpus that hold one value or header field a line.
 */
#ifndef SLUICE_TESTS_PARSER_LINES_H
#define SLUICE_TESTS_PARSER_LINES_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Opens a file below SLUICE_CORPUS, or below ../shared/corpus beside the source tree. NULL, and
 * a line that says so, when it is not there. */
static inline FILE *lines_open(const char *name)
{
        const char *root = getenv("SLUICE_CORPUS");
        char path[1024];
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s", root ? root : SLUICE_SOURCE_ROOT "/../shared/corpus",
                 name);
        f = fopen(path, "r");
        if (!f)
                printf("SKIPPED: %s is not there\n", path);
        return f;
}

/* The next line that is neither empty nor a comment, without its line end; false at the end. */
static inline bool lines_next(FILE *f, char *line, size_t size)
{
        while (fgets(line, (int)size, f)) {
                line[strcspn(line, "\r\n")] = '\0';
                if (line[0] != '\0' && line[0] != '#')
                        return true;
        }
        return false;
}

#endif
