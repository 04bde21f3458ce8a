/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/bad/bad_make.h"

#include <stdbool.h>
#include <string.h>

#define LINES_MAX 32u

/* A line, without its end: where it lies in the arena. `name` is the long one, "" without any. */
struct line {
        const char *name;
        size_t off, len;
};

/* A message under construction. */
struct draft {
        struct line lines[LINES_MAX]; /* [0] is the start line */
        unsigned line_cnt;
        struct bad_text arena; /* holds the texts of all lines */
        struct bad_text head, body, eol, end, tail, number;
        bool length_set; /* an edit said what Content-Length is */
        size_t cut;
        struct rng *rng;
};

static const struct {
        const char *name, *start, *method;
        bool contact, body;
} bases[] = {
    {"invite", "INVITE sip:{tok:1-16}@example.com SIP/2.0", "INVITE", true, true},
    {"register", "REGISTER sip:example.com SIP/2.0", "REGISTER", true, false},
    {"options", "OPTIONS sip:{tok:1-16}@example.com SIP/2.0", "OPTIONS", false, false},
    {"subscribe", "SUBSCRIBE sip:{tok:1-16}@example.com SIP/2.0", "SUBSCRIBE", true, false},
    {"ack", "ACK sip:{tok:1-16}@192.0.2.{num:1-254} SIP/2.0", "ACK", false, false},
    {"response", "SIP/2.0 {pick:180 Ringing|200 OK|404 Not Found|503 Service Unavailable}",
     "INVITE", true, false},
};

static const struct {
        const char *name, *compact;
} compacts[] = {
    {"Via", "v"},          {"From", "f"},           {"To", "t"}, {"Call-ID", "i"}, {"Contact", "m"},
    {"Content-Type", "c"}, {"Content-Length", "l"},
};

_Noreturn static void wrong(const char *edit, size_t n, const char *why)
{
        fprintf(stderr, "edit \"%.*s\": %s\n", (int)n, edit, why);
        exit(1);
}

static void texts(struct draft *d, struct bad_text *t, const char *p, size_t n)
{
        t->len = 0;
        bad_expand(t, p, n, d->rng);
}

/* Draw a line into the arena. */
static struct line line_of(struct draft *d, const char *name, const char *p, size_t n)
{
        struct line l = {.name = name, .off = d->arena.len};

        bad_expand(&d->arena, p, n, d->rng);
        l.len = d->arena.len - l.off;
        return l;
}

static void insert(struct draft *d, unsigned at, struct line l)
{
        if (d->line_cnt == LINES_MAX)
                wrong(l.name, strlen(l.name), "too many lines");
        memmove(&d->lines[at + 1], &d->lines[at], (d->line_cnt - at) * sizeof(l));
        d->lines[at] = l;
        d->line_cnt++;
}

/* "Name: value", the name in either form. */
static struct line header_of(struct draft *d, const char *name, const char *p, size_t n)
{
        struct line l = {.name = name, .off = d->arena.len};
        const char *as = name;

        for (size_t i = 0; i < sizeof(compacts) / sizeof(compacts[0]); i++) {
                if (strcmp(name, compacts[i].name) == 0 && rng_below(d->rng, 4) == 0)
                        as = compacts[i].compact;
        }
        bad_puts(&d->arena, as);
        bad_puts(&d->arena, rng_below(d->rng, 8) == 0 ? ":" : ": ");
        bad_expand(&d->arena, p, n, d->rng);
        l.len = d->arena.len - l.off;
        return l;
}

static void header(struct draft *d, const char *name, const char *pattern)
{
        insert(d, d->line_cnt, header_of(d, name, pattern, strlen(pattern)));
}

static void start_base(struct draft *d, const char *base)
{
        char cseq[64];
        size_t i = 0;

        while (strcmp(bases[i].name, base) != 0) {
                if (++i == sizeof(bases) / sizeof(bases[0]))
                        wrong(base, strlen(base), "no such base");
        }
        insert(d, 0, line_of(d, "", bases[i].start, strlen(bases[i].start)));
        header(d, "Via",
               "SIP/2.0/UDP {pick:192.0.2.{num:1-254}|pc{num:1-99}.example.com|[2001:db8::"
               "{hex:1-4}]}{pick:|:{num:1024-65535}};branch=z9hG4bK{tok:6-24}{pick:|;rport}");
        header(d, "Max-Forwards", "{num:1-70}");
        header(d, "From",
               "{pick:|Alice |\"A. \\\\\"B\\\\\" C\" }<sip:{tok:1-16}@example.com>;tag="
               "{tok:4-16}");
        header(d, "To", "<sip:{tok:1-16}@example.com>{pick:|;tag={tok:4-16}}");
        header(d, "Call-ID", "{tok:8-32}{pick:|@example.com}");
        snprintf(cseq, sizeof(cseq), "{num:1-2147483647} %s", bases[i].method);
        header(d, "CSeq", cseq);
        if (bases[i].contact)
                header(d, "Contact", "<sip:{tok:1-16}@192.0.2.{num:1-254}:{num:1024-65535}>");
        header(d, "User-Agent", "{pick:phone|pbx}/{num:1-9}.{num:0-99}");
        if (bases[i].body) {
                static const char sdp[] = "{sdp}m=audio {num:1024-65534} RTP/AVP 0 8\\r\\n";

                header(d, "Content-Type", "application/sdp");
                texts(d, &d->body, sdp, sizeof(sdp) - 1);
        }
        header(d, "Content-Length", "");
}

/* The line of this header; 0 when there is none. */
static unsigned find(const struct draft *d, const char *name, size_t n)
{
        for (unsigned i = 1; i < d->line_cnt; i++) {
                if (strlen(d->lines[i].name) == n && memcmp(d->lines[i].name, name, n) == 0)
                        return i;
        }
        return 0;
}

/* set, line and del: what follows is NAME and, but for del, a pattern. */
static void edit_header(struct draft *d, char verb, const char *p, size_t n)
{
        const char *space = memchr(p, ' ', n);
        size_t name = space ? (size_t)(space - p) : n;
        size_t text = space ? name + 1 : n;
        unsigned at = find(d, p, name);

        if (at == 0)
                wrong(p, n, "the base has no such header");
        if (strcmp(d->lines[at].name, "Content-Length") == 0)
                d->length_set = true;
        if (verb == 'd') {
                d->line_cnt--;
                memmove(&d->lines[at], &d->lines[at + 1], (d->line_cnt - at) * sizeof(d->lines[0]));
        } else if (verb == 's') {
                d->lines[at] = header_of(d, d->lines[at].name, p + text, n - text);
        } else {
                d->lines[at] = line_of(d, d->lines[at].name, p + text, n - text);
        }
}

static void edit(struct draft *d, const char *p, size_t n)
{
        const char *space = memchr(p, ' ', n);
        size_t verb = space ? (size_t)(space - p) : n;
        const char *arg = p + (space ? verb + 1 : n);
        size_t len = n - (size_t)(arg - p);

#define IS(word) (verb == strlen(word) && memcmp(p, word, verb) == 0)
        if (IS("set") || IS("line") || IS("del")) {
                edit_header(d, p[0], arg, len);
        } else if (IS("start")) {
                d->lines[0] = line_of(d, "", arg, len);
        } else if (IS("first")) {
                insert(d, 1, line_of(d, "", arg, len));
        } else if (IS("last")) {
                insert(d, d->line_cnt, line_of(d, "", arg, len));
        } else if (IS("add")) {
                /* Behind the first header: what stands there is no continuation of another. */
                insert(d, 2 + (unsigned)rng_below(d->rng, d->line_cnt - 1),
                       line_of(d, "", arg, len));
        } else if (IS("body")) {
                texts(d, &d->body, arg, len);
        } else if (IS("eol")) {
                texts(d, &d->eol, arg, len);
        } else if (IS("end")) {
                texts(d, &d->end, arg, len);
        } else if (IS("head")) {
                texts(d, &d->head, arg, len);
        } else if (IS("tail")) {
                texts(d, &d->tail, arg, len);
        } else if (IS("cut")) {
                texts(d, &d->number, arg, len);
                bad_put(&d->number, "", 1);
                d->cut = strtoul((const char *)d->number.b, NULL, 10);
        } else {
                wrong(p, n, "unknown verb");
        }
#undef IS
}

/* The line as it goes out; Content-Length says what the body has unless an edit said otherwise. */
static void put_line(const struct draft *d, const struct line *l, struct bad_text *out)
{
        char digits[16];

        bad_put(out, d->arena.b + l->off, l->len);
        if (strcmp(l->name, "Content-Length") == 0 && !d->length_set) {
                snprintf(digits, sizeof(digits), "%zu", d->body.len);
                bad_puts(out, digits);
        }
        bad_put(out, d->eol.b, d->eol.len);
}

void bad_make(const char *base, const char *edits, struct rng *r, struct bad_text *out)
{
        static struct draft d;

        out->len = 0;
        if (strcmp(base, "-") == 0) {
                bad_expand(out, edits, strlen(edits), r);
                return;
        }
        d.rng = r;
        d.line_cnt = 0;
        d.length_set = false;
        d.cut = 0;
        d.arena.len = d.body.len = d.head.len = d.tail.len = 0;
        texts(&d, &d.eol, "\\r\\n", 4);
        texts(&d, &d.end, "\\r\\n", 4);
        start_base(&d, base);
        for (const char *next; edits; edits = next) {
                const char *bar = strstr(edits, " // ");

                next = bar ? bar + 4 : NULL;
                edit(&d, edits, bar ? (size_t)(bar - edits) : strlen(edits));
        }
        bad_put(out, d.head.b, d.head.len);
        for (unsigned i = 0; i < d.line_cnt; i++)
                put_line(&d, &d.lines[i], out);
        bad_put(out, d.end.b, d.end.len);
        bad_put(out, d.body.b, d.body.len);
        bad_put(out, d.tail.b, d.tail.len);
        out->len -= d.cut < out->len ? d.cut : out->len;
}
