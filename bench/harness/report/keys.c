/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/report/keys.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

void sb_keys_init(struct sb_keys *k, bool quiet)
{
        struct termios t;

        memset(k, 0, sizeof(*k));
        if (quiet || isatty(STDIN_FILENO) == 0 || tcgetattr(STDIN_FILENO, &k->before) != 0 ||
            tcgetpgrp(STDIN_FILENO) != getpgrp())
                return;
        t = k->before;
        t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        t.c_cc[VMIN] = 1;
        t.c_cc[VTIME] = 0;
        k->on = tcsetattr(STDIN_FILENO, TCSANOW, &t) == 0;
}

int sb_keys_next(struct sb_keys *k)
{
        struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
        unsigned char key;

        if (!k->on || poll(&p, 1, 0) != 1)
                return -1;
        if (read(STDIN_FILENO, &key, 1) == 1)
                return key;
        k->on = false; /* the terminal is gone */
        return -1;
}

void sb_keys_fini(struct sb_keys *k)
{
        if (k->on)
                (void)tcsetattr(STDIN_FILENO, TCSANOW, &k->before);
}
