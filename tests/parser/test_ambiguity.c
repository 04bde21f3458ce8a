/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ambiguity.c [--print] - the table of AMBIGUITY.md: how this parser and other SIP stacks read
 * each ambiguous form. Without an option it is compared, cell by cell, with the file; a column
 * whose stack is not installed is named and left out. --print writes the whole file anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/sip_check.h"
#include "parser/sip_parse.h"
#include "tests/parser/peers/forms.h"
#include "tests/parser/peers/kamailio.h"

#define FILE_PATH  SLUICE_SOURCE_ROOT "/parser/AMBIGUITY.md"
#define CELL_BYTES 256u
#define TABLE_MARK "| form | shows in |"

enum column { FORM, FIELD, STRICT, DEFAULT, LENIENT, OURS, KAMAILIO, SOFIA, OSIP2, RE, COLUMNS };

struct row {
        char cell[COLUMNS][CELL_BYTES];
};

static struct row rows[256];
static bool available[COLUMNS];

/* A value as code; a '|' would end the cell. */
static void put_value(char *cell, const struct reading *r, enum reading_field f, const char *more)
{
        size_t n = 0;

        if (r->field[f][0] == '\0') {
                snprintf(cell, CELL_BYTES, "nothing%s", more);
                return;
        }
        cell[n++] = '`';
        for (const char *p = r->field[f]; *p && n < CELL_BYTES - 48; p++)
                n += (size_t)snprintf(cell + n, 3, *p == '|' ? "\\|" : "%c", *p);
        snprintf(cell + n, CELL_BYTES - n, "`%s", more);
}

static void put_verdict(char *cell, enum sip_profile_id id, const uint8_t *text, size_t n)
{
        static struct sip_msg m;
        struct sip_profile p;
        struct sip_judgement j;

        sip_profile_init(&p, id);
        sip_parse(text, n, &m);
        j = sip_check_profile(&p, &m);
        if (j.reason == SIP_ANOM_NONE)
                snprintf(cell, CELL_BYTES, "accept");
        else
                snprintf(cell, CELL_BYTES, "%s `%s`", sip_verdict_name(j.verdict),
                         sip_anomaly_name(j.reason));
}

static void put_peer(struct row *row, const struct peer *peer, enum reading_field watch,
                     const uint8_t *text, size_t n)
{
        static const char *const names[COLUMNS] = {
            [SOFIA] = "sofia", [OSIP2] = "osip2", [RE] = "re"};
        static struct reading r;

        for (unsigned c = SOFIA; c <= RE; c++) {
                if (strcmp(peer->name, names[c]) != 0)
                        continue;
                available[c] = true;
                peer->read(text, n, &r);
                if (r.good)
                        put_value(row->cell[c], &r, watch, "");
                else
                        snprintf(row->cell[c], CELL_BYTES, "refused");
        }
}

static void make_row(struct row *row, const struct form *f)
{
        static uint8_t text[TRIGGER_BYTES_MAX];
        static struct sip_msg m;
        static struct reading r;
        size_t n = trigger_write(&f->message, text);
        bool sane;

        snprintf(row->cell[FORM], CELL_BYTES, "%s", f->title);
        snprintf(row->cell[FIELD], CELL_BYTES, "%s", reading_field_name(f->watch));
        put_verdict(row->cell[STRICT], SIP_PROFILE_STRICT, text, n);
        put_verdict(row->cell[DEFAULT], SIP_PROFILE_DEFAULT, text, n);
        put_verdict(row->cell[LENIENT], SIP_PROFILE_LENIENT, text, n);
        sip_parse(text, n, &m);
        reading_of(&m, &r);
        put_value(row->cell[OURS], &r, f->watch, "");
        for (unsigned i = 0; peers[i].name; i++)
                put_peer(row, &peers[i], f->watch, text, n);
        if (!available[KAMAILIO])
                return;
        kamailio_read(text, n, &r, &sane);
        if (r.good)
                put_value(row->cell[KAMAILIO], &r, f->watch, sane ? "" : ", sanity refuses");
        else
                snprintf(row->cell[KAMAILIO], CELL_BYTES, "refused");
}

/* The cells of "| a | b |..."; "\|" is no border. Returns how many. */
static unsigned split(const char *line, char cell[COLUMNS][CELL_BYTES])
{
        unsigned c = 0;
        size_t n = 0;

        if (line[0] != '|')
                return 0;
        for (const char *p = line + 2; *p && c < COLUMNS; p++) {
                if (p[0] == ' ' && p[1] == '|') {
                        cell[c++][n] = '\0';
                        n = 0;
                        p += 2;
                } else if (n < CELL_BYTES - 1) {
                        cell[c][n++] = *p;
                }
        }
        return c;
}

static const char *column_name(unsigned c)
{
        static const char *const names[COLUMNS] = {"form",     "shows in", "strict",   "default",
                                                   "lenient",  "Sluice",   "Kamailio", "sofia-sip",
                                                   "libosip2", "libre"};

        return names[c];
}

static unsigned compare_row(const struct row *want, const struct row *got)
{
        unsigned differ = 0;

        for (unsigned c = 0; c < COLUMNS; c++) {
                if (!available[c] || strcmp(want->cell[c], got->cell[c]) == 0)
                        continue;
                printf("\"%s\", %s: now %s, the file says %s\n", want->cell[FORM], column_name(c),
                       want->cell[c], got->cell[c]);
                differ++;
        }
        return differ;
}

static int compare_file(void)
{
        static char line[COLUMNS * CELL_BYTES];
        FILE *f = fopen(FILE_PATH, "r");
        unsigned differ = 0;
        size_t i = 0;
        bool table = false;

        if (!f) {
                perror(FILE_PATH);
                return 1;
        }
        while (fgets(line, sizeof(line), f)) {
                struct row got;

                if (strncmp(line, TABLE_MARK, strlen(TABLE_MARK)) == 0) {
                        table = true;
                } else if (line[0] != '|') {
                        table = false;
                } else if (table && strncmp(line, "| ---", 5) != 0) {
                        if (split(line, got.cell) != COLUMNS || i == form_cnt) {
                                printf("not a row of the table: %s", line);
                                differ++;
                                break;
                        }
                        differ += compare_row(&rows[i++], &got);
                }
        }
        fclose(f);
        if (i != form_cnt) {
                printf("%zu forms, %zu in the file\n", form_cnt, i);
                differ++;
        }
        printf("%zu forms, %u differences\n", i, differ);
        return differ != 0;
}

/* What stands before the first table, or between two: kept from the file as it is. */
static void print_head(void)
{
        static char line[COLUMNS * CELL_BYTES];
        FILE *f = fopen(FILE_PATH, "r");

        while (f && fgets(line, sizeof(line), f) && strncmp(line, "### ", 4) != 0)
                fputs(line, stdout);
        if (f)
                fclose(f);
}

static void print_file(void)
{
        print_head();
        for (size_t i = 0; i < form_cnt; i++) {
                if (forms[i].group) {
                        printf("%s### %s\n\n|", i == 0 ? "" : "\n", forms[i].group);
                        for (unsigned c = 0; c < COLUMNS; c++)
                                printf(" %s |", column_name(c));
                        printf("\n|");
                        for (unsigned c = 0; c < COLUMNS; c++)
                                printf(" --- |");
                        printf("\n");
                }
                printf("|");
                for (unsigned c = 0; c < COLUMNS; c++)
                        printf(" %s |", rows[i].cell[c]);
                printf("\n");
        }
}

int main(int argc, char **argv)
{
        int rc = 0;

        if (form_cnt > sizeof(rows) / sizeof(rows[0]))
                return 1;
        for (unsigned c = FORM; c <= OURS; c++)
                available[c] = true;
        available[KAMAILIO] = kamailio_start();
        for (size_t i = 0; i < form_cnt; i++)
                make_row(&rows[i], &forms[i]);
        kamailio_stop();
        if (argc == 2 && strcmp(argv[1], "--print") == 0)
                print_file();
        else
                rc = compare_file();
        for (unsigned c = KAMAILIO; c < COLUMNS && argc == 1; c++)
                if (!available[c])
                        printf("[  SKIPPED ] %s: not installed\n", column_name(c));
        return rc;
}
