/* SPDX-License-Identifier: Apache-2.0 */
#include "control/policy/blocklist_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/prefix.h"

#define addr128 unsigned __int128

struct reader {
        const struct cp_config_blocklist *config;
        struct cp_blocklist_prefixes *out;
        struct cp_config_error *err;
        enum cp_blocklist_format format;
        uint16_t list;
        unsigned line;
        bool header_done; /* csv: a line was taken, or taken for the header */
};

void cp_blocklist_prefixes_fini(struct cp_blocklist_prefixes *l)
{
        free(l->p);
        *l = (struct cp_blocklist_prefixes){0};
}

/* at: where in `text` the complaint is about. */
__attribute__((format(printf, 4, 5))) static int bad(struct reader *r, const char *text,
                                                     const char *at, const char *fmt, ...)
{
        va_list args;

        r->err->line = r->line;
        r->err->column = (unsigned)(at - text) + 1;
        va_start(args, fmt);
        vsnprintf(r->err->text, sizeof(r->err->text), fmt, args);
        va_end(args);
        return -EINVAL;
}

static int plain(struct reader *r, int rc)
{
        r->err->line = r->line;
        r->err->column = 0;
        snprintf(r->err->text, sizeof(r->err->text), "%s",
                 rc == -ENOSPC ? "more prefixes than a block list may hold" : strerror(-rc));
        return rc;
}

static int add(struct reader *r, const struct cp_prefix *p)
{
        struct cp_blocklist_prefixes *l = r->out;

        if (l->cnt == SHM_BLOCKLIST_PREFIXES_MAX)
                return plain(r, -ENOSPC);
        if (l->cnt == l->cap) {
                size_t cap = l->cap == 0 ? 4096 : 2 * l->cap;
                struct shm_blocklist_prefix *more = realloc(l->p, cap * sizeof(*more));

                if (more == NULL)
                        return plain(r, -ENOMEM);
                l->p = more;
                l->cap = cap;
        }
        l->p[l->cnt++] = (struct shm_blocklist_prefix){
            .ip = p->ip,
            .prefix_len = p->len,
            .list = r->list,
        };
        return 0;
}

/* ---- one entry ---- */

static addr128 number(const struct shm_ip *ip)
{
        addr128 v = 0;

        for (size_t i = 0; i < sizeof(ip->b); i++)
                v = v << 8 | ip->b[i];
        return v;
}

static struct shm_ip address(addr128 v)
{
        struct shm_ip ip;

        for (size_t i = sizeof(ip.b); i-- > 0; v >>= 8)
                ip.b[i] = (uint8_t)v;
        return ip;
}

/* The fewest prefixes that are [from, to]: each as large as its start and the rest allow. */
static int add_range(struct reader *r, addr128 from, addr128 to)
{
        for (;;) {
                unsigned host = 0; /* bits */
                struct cp_prefix p;
                int rc;

                while (host < 127 && (from >> host & 1) == 0 &&
                       ((addr128)2 << host) - 1 <= to - from)
                        host++;
                p = (struct cp_prefix){.ip = address(from), .len = (uint8_t)(128 - host)};
                rc = add(r, &p);
                if (rc != 0)
                        return rc;
                if (to - from < (addr128)1 << host)
                        return 0;
                from += (addr128)1 << host;
        }
}

/* "a", "a/len" or "a-b", terminated, at `at` of the line `text`. */
static int add_entry(struct reader *r, const char *text, char *at)
{
        char *dash = strchr(at, '-');
        struct cp_prefix from, to;

        if (dash == NULL) {
                if (cp_prefix_parse(at, &from) != 0)
                        return bad(r, text, at, "'%.64s' is not an IP address or prefix", at);
                return add(r, &from);
        }
        *dash = '\0';
        if (cp_prefix_parse(at, &from) != 0 || from.len != 128)
                return bad(r, text, at, "'%.64s' is not an IP address", at);
        if (cp_prefix_parse(dash + 1, &to) != 0 || to.len != 128)
                return bad(r, text, dash + 1, "'%.64s' is not an IP address", dash + 1);
        if (cp_ip_is_v4(&from.ip) != cp_ip_is_v4(&to.ip) || number(&from.ip) > number(&to.ip))
                return bad(r, text, at, "a range goes from an address to a later one");
        return add_range(r, number(&from.ip), number(&to.ip));
}

/* ---- one line ---- */

#define BLANK " \t"
#define BOM   "\xef\xbb\xbf" /* some editors and spreadsheets begin a file with it */

static bool is_comment(const char *at)
{
        return *at == '\0' || *at == '#' || *at == ';';
}

static int text_line(struct reader *r, char *text)
{
        char *at = text + strspn(text, BLANK);
        char *end = at + strcspn(at, BLANK "#;");
        char *rest = end + strspn(end, BLANK);

        if (is_comment(at))
                return 0;
        if (!is_comment(rest))
                return bad(r, text, rest, "'%.64s' behind the address: comments begin with # or ;",
                           rest);
        *end = '\0';
        return add_entry(r, text, at);
}

/* The next word; the line is cut behind it. "" at the end. */
static char *word(char **at)
{
        char *w = *at + strspn(*at, BLANK);
        char *end = w + strcspn(w, BLANK);

        *at = *end == '\0' ? end : end + 1;
        *end = '\0';
        return w;
}

static bool is_zero(const char *rest)
{
        rest += strspn(rest, BLANK);
        return rest[0] == '0' && (rest[1] == '\0' || strchr(BLANK, rest[1]) != NULL);
}

/* Options of an entry that change nothing for us are passed over; the others can not be kept. A
 * timeout of 0 is none: so a set that may have some prints the entries that stay. */
static int ipset_options(struct reader *r, const char *text, char *rest)
{
        for (char *w = word(&rest); *w != '\0'; w = word(&rest)) {
                if (strcmp(w, "packets") == 0 || strcmp(w, "bytes") == 0 ||
                    (strcmp(w, "timeout") == 0 && is_zero(rest))) {
                        (void)word(&rest);
                } else if (strcmp(w, "comment") == 0) {
                        rest += strspn(rest, BLANK);
                        if (*rest != '"')
                                return bad(r, text, rest, "a comment stands in quotes");
                        rest += strcspn(rest + 1, "\"") + 1;
                        if (*rest != '"')
                                return bad(r, text, rest, "a comment without its closing quote");
                        rest++;
                } else {
                        return bad(r, text, w, "option '%.32s' of an ipset entry is not supported",
                                   w);
                }
        }
        return 0;
}

static int ipset_line(struct reader *r, char *text)
{
        char *rest = text;
        char *verb = word(&rest);
        char *type;
        char *entry;
        int rc;

        if (is_comment(verb))
                return 0;
        (void)word(&rest); /* the set's name */
        if (strcmp(verb, "create") == 0) {
                type = word(&rest);
                if (strcmp(type, "hash:ip") == 0 || strcmp(type, "hash:net") == 0)
                        return 0;
                return bad(r, text, type, "a set of type '%.32s': hash:ip and hash:net are read",
                           type);
        }
        if (strcmp(verb, "add") != 0)
                return bad(r, text, verb, "'%.32s': `create` or `add` begins a line of ipset",
                           verb);
        entry = word(&rest);
        rc = ipset_options(r, text, rest);
        return rc != 0 ? rc : add_entry(r, text, entry);
}

/* Cut the field at *at, whose quotes go, and move *at behind its comma, or to NULL at the end. */
static int csv_field(struct reader *r, const char *text, char **at, char **field)
{
        char *from = *at + strspn(*at, BLANK);
        char *end;

        if (*from != '"') {
                end = from + strcspn(from, ",");
                *at = *end == ',' ? end + 1 : NULL;
                while (end > from && strchr(BLANK, end[-1]) != NULL)
                        end--;
                *end = '\0';
                *field = from;
                return 0;
        }
        end = from + 1 + strcspn(from + 1, "\"");
        while (end[0] == '"' && end[1] == '"') /* a quote inside: no address has one */
                end += 2 + strcspn(end + 2, "\"");
        if (*end == '\0')
                return bad(r, text, from, "a field without its closing quote");
        *end++ = '\0';
        end += strspn(end, BLANK);
        if (*end != ',' && *end != '\0')
                return bad(r, text, end, "a comma is due behind a closing quote");
        *at = *end == ',' ? end + 1 : NULL;
        *field = from + 1;
        return 0;
}

static int csv_line(struct reader *r, char *text)
{
        char *at = text;
        char *field = text;
        bool first = !r->header_done;

        if (text[strspn(text, BLANK)] == '\0' || text[strspn(text, BLANK)] == '#')
                return 0;
        r->header_done = true;
        for (uint32_t i = 0; i < r->config->column; i++) {
                int rc;

                if (at == NULL)
                        return bad(r, text, field, "there is no column %u", r->config->column);
                rc = csv_field(r, text, &at, &field);
                if (rc != 0)
                        return rc;
        }
        if (first && strpbrk(field, ".:") == NULL)
                return 0; /* a header: an address would have one of the two */
        return add_entry(r, text, field);
}

/* By the first line that is no comment. */
static enum cp_blocklist_format guess(const char *text)
{
        const char *at = text + strspn(text, BLANK);

        if (strncmp(at, "create ", 7) == 0 || strncmp(at, "add ", 4) == 0)
                return CP_BLOCKLIST_IPSET;
        return at[strcspn(at, ",#;")] == ',' ? CP_BLOCKLIST_CSV : CP_BLOCKLIST_TEXT;
}

static int take_line(struct reader *r, char *text, size_t len)
{
        const char *nul = memchr(text, '\0', len);

        if (r->line++ == 0 && len >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0) {
                text += strlen(BOM);
                len -= strlen(BOM);
        }
        if (nul != NULL)
                return bad(r, text, nul, "a NUL octet: this is no text file");
        while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
                text[--len] = '\0';
        if (r->format == CP_BLOCKLIST_AUTO) {
                if (is_comment(text + strspn(text, BLANK)))
                        return 0;
                r->format = guess(text);
        }
        switch (r->format) {
        case CP_BLOCKLIST_IPSET:
                return ipset_line(r, text);
        case CP_BLOCKLIST_CSV:
                return csv_line(r, text);
        default:
                return text_line(r, text);
        }
}

int cp_blocklist_file_read(const struct cp_config_blocklist *c, uint16_t list,
                           struct cp_blocklist_prefixes *out, struct cp_config_error *err)
{
        struct reader r = {.config = c, .out = out, .err = err, .format = c->format, .list = list};
        FILE *f = fopen(c->file, "re");
        char *text = NULL;
        size_t cap = 0;
        ssize_t len;
        int rc = 0;

        *err = (struct cp_config_error){0};
        snprintf(err->file, sizeof(err->file), "%s", c->file);
        if (f == NULL)
                return plain(&r, -errno);
        while (rc == 0 && (errno = 0, len = getline(&text, &cap, f)) >= 0)
                rc = take_line(&r, text, (size_t)len);
        if (rc == 0 && ferror(f))
                rc = plain(&r, errno != 0 ? -errno : -EIO);
        free(text);
        fclose(f);
        return rc;
}
