/* SPDX-License-Identifier: Apache-2.0 */
#include "control/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cp_log(enum cp_log_level level, const char *fmt, ...)
{
        char line[1024];
        va_list args;
        size_t n;

        if (getenv("JOURNAL_STREAM") != NULL)
                snprintf(line, sizeof(line), "<%d>", (int)level);
        else
                snprintf(line, sizeof(line), "sluice-control: ");
        n = strlen(line);
        va_start(args, fmt);
        vsnprintf(line + n, sizeof(line) - n - 1, fmt, args);
        va_end(args);
        n = strlen(line);
        line[n++] = '\n';
        if (write(STDERR_FILENO, line, n) < 0)
                return; /* nobody is left to tell */
}
