/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_messages FILE... - files that hold one message each, read by this parser and by the stacks
 * that are linked: all must take each, and understand the same of it. Prints what does not, and at
 * the end the stacks; exits 1 when there was anything.
 */
#include <stdio.h>
#include <string.h>

#include "parser/sip_parse.h"
#include "tests/parser/peers/reading.h"

static uint8_t octets[65536];
static struct sip_msg msg;
static struct reading ours, theirs;

static unsigned compared(const char *file, const struct peer *p)
{
        unsigned faults = 0;

        if (!theirs.good) {
                printf("%s: %s does not take it\n", file, p->title);
                return 1;
        }
        for (unsigned f = 0; f < READING_CNT; f++) {
                if (strcmp(ours.field[f], theirs.field[f]) == 0)
                        continue;
                printf("%s: %s: %s is '%s' to %s\n", file,
                       reading_field_name((enum reading_field)f), ours.field[f], theirs.field[f],
                       p->title);
                faults++;
        }
        return faults;
}

int main(int argc, char **argv)
{
        unsigned faults = 0;

        for (int i = 1; i < argc; i++) {
                FILE *in = fopen(argv[i], "rb");
                size_t len = in ? fread(octets, 1, sizeof(octets) - 1, in) : 0;

                if (!in || len == 0) {
                        fprintf(stderr, "read_messages: %s cannot be read\n", argv[i]);
                        return 2;
                }
                fclose(in);
                (void)sip_parse(octets, (uint32_t)len, &msg);
                reading_of(&msg, &ours);
                faults += !ours.good;
                for (const struct peer *p = peers; p->name; p++) {
                        p->read(octets, len, &theirs);
                        faults += compared(argv[i], p);
                }
        }
        for (const struct peer *p = peers; p->name; p++)
                printf("%s%s", p == peers ? "" : ", ", p->title);
        printf("\n");
        return faults != 0;
}
