/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/peers/kamailio.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Each value in hexadecimal: none of its octets can then be taken for the log's. */
static const char config_text[] =
    "#!KAMAILIO\n"
    "debug=-1\nlog_stderror=yes\nfork=yes\nchildren=1\nauto_aliases=no\ndns=no\nrev_dns=no\n"
    "disable_tcp=yes\nlisten=udp:127.0.0.1:%u\n"
    "loadmodule \"sl.so\"\nloadmodule \"pv.so\"\nloadmodule \"xlog.so\"\n"
    "loadmodule \"textops.so\"\nloadmodule \"sanity.so\"\n"
    "modparam(\"sanity\", \"autodrop\", 0)\nmodparam(\"sanity\", \"noreply\", 1)\n"
    "request_route {\n"
    "  $var(sane) = 0;\n"
    "  if (sanity_check(\"32767\", \"15\")) { $var(sane) = 1; }\n"
    "  xlog(\"L_ALERT\", \"READ|$var(sane)|$(rm{s.encode.hexa})|$(ru{uri.scheme}{s.encode.hexa})|"
    "$(ru{uri.user}{s.encode.hexa})|$(ru{uri.host}{s.encode.hexa})|$(ru{uri.port})|"
    "$(fU{s.encode.hexa})|$(ft{s.encode.hexa})|$(tU{s.encode.hexa})|$(tt{s.encode.hexa})|"
    "$(ci{s.encode.hexa})|$cs|$cl|$hdrc(Via)|$(rb{s.len})|\\n\");\n"
    "  drop;\n"
    "}\n"
    "reply_route {\n"
    "  xlog(\"L_ALERT\", \"READ|1|$(rs{s.encode.hexa})|||||$(fU{s.encode.hexa})|"
    "$(ft{s.encode.hexa})|$(tU{s.encode.hexa})|$(tt{s.encode.hexa})|$(ci{s.encode.hexa})|$cs|$cl|"
    "$hdrc(Via)|$(rb{s.len})|\\n\");\n"
    "  drop;\n"
    "}\n";

enum {
        SANE,
        METHOD,
        SCHEME,
        USER,
        HOST,
        PORT,
        FROM_USER,
        FROM_TAG,
        TO_USER,
        TO_TAG,
        CALL_ID,
        CSEQ,
        LENGTH,
        VIAS,
        BODY,
        TOKENS
};

static char dir[] = "/tmp/sluice-kamailio-XXXXXX";
static pid_t pid;
static int sock = -1;
static int log_fd = -1;
static char log_text[1 << 16];
static size_t log_len;
static unsigned sent;

static void die(const char *what)
{
        fprintf(stderr, "kamailio: %s\n%.*s\n", what, (int)log_len, log_text);
        kamailio_stop();
        exit(1);
}

/* A port that nobody has right now. */
static unsigned free_port(void)
{
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t len = sizeof(a);
        int s = socket(AF_INET, SOCK_DGRAM, 0);

        if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) != 0 ||
            getsockname(s, (struct sockaddr *)&a, &len) != 0)
                die(strerror(errno));
        close(s);
        return ntohs(a.sin_port);
}

static void run(int err)
{
        char file[64], pid_file[64];

        snprintf(file, sizeof(file), "%s/kamailio.cfg", dir);
        snprintf(pid_file, sizeof(pid_file), "%s/pid", dir);
        setpgid(0, 0);
        dup2(err, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        execlp("kamailio", "kamailio", "-f", file, "-DD", "-E", "-Y", dir, "-P", pid_file, "-m",
               "16", "-M", "4", (char *)NULL);
        _exit(127);
}

/* The next line of the log, without its end, within a second; NULL when there is none. */
static char *next_line(void)
{
        static char line[1 << 14];

        for (;;) {
                char *lf = memchr(log_text, '\n', log_len);
                struct pollfd p = {.fd = log_fd, .events = POLLIN};
                ssize_t n;

                if (lf) {
                        size_t len = (size_t)(lf - log_text);

                        snprintf(line, sizeof(line), "%.*s", (int)len, log_text);
                        log_len -= len + 1;
                        memmove(log_text, lf + 1, log_len);
                        return line;
                }
                if (log_len == sizeof(log_text))
                        log_len = 0; /* a line of that length is none of ours */
                if (poll(&p, 1, 1000) <= 0)
                        return NULL;
                n = read(log_fd, log_text + log_len, sizeof(log_text) - log_len);
                if (n <= 0)
                        die("ended");
                log_len += (size_t)n;
        }
}

/* Split "...READ|a|b|...|" into its values; false when it is another line. */
static bool tokens(char *line, char *value[TOKENS])
{
        char *at = strstr(line, "READ|");

        if (!at)
                return false;
        at += 5;
        for (unsigned i = 0; i < TOKENS; i++) {
                char *bar = strchr(at, '|');

                if (!bar)
                        return false;
                *bar = '\0';
                value[i] = at;
                at = bar + 1;
        }
        return true;
}

/* Hexadecimal to octets, in place. Returns how many. */
static size_t decode(char *text)
{
        size_t n = 0;

        for (char *p = text; p[0] && p[1]; p += 2) {
                char two[3] = {p[0], p[1], '\0'};

                text[n++] = (char)strtoul(two, NULL, 16);
        }
        return n;
}

/* A message that Kamailio surely reads; when its line comes, all before it has been worked on. */
static void send_mark(char *call_id, size_t cap)
{
        char text[512];
        int n;

        snprintf(call_id, cap, "mark-%u", ++sent);
        n = snprintf(text, sizeof(text),
                     "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
                     "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: %s\r\nCSeq: 1 OPTIONS\r\n"
                     "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
                     call_id);
        if (send(sock, text, (size_t)n, 0) != n && errno != ECONNREFUSED)
                die(strerror(errno));
}

static bool is_mark(char *const value[TOKENS], const char *call_id)
{
        char copy[64];
        size_t n;

        snprintf(copy, sizeof(copy), "%s", value[CALL_ID]);
        n = decode(copy);
        return n == strlen(call_id) && memcmp(copy, call_id, n) == 0;
}

/* Wait for it to answer: its sockets come up after its log begins. */
static void wait_up(void)
{
        char call_id[32], *value[TOKENS];
        struct timespec pause = {.tv_nsec = 100000000};

        for (unsigned tries = 0; tries < 300; tries++) {
                struct pollfd p = {.fd = log_fd, .events = POLLIN};

                send_mark(call_id, sizeof(call_id));
                nanosleep(&pause, NULL);
                while (log_len != 0 || poll(&p, 1, 0) > 0) {
                        char *line = next_line();

                        if (line && tokens(line, value) && is_mark(value, call_id))
                                return;
                        if (!line)
                                break;
                }
        }
        die("does not come up");
}

bool kamailio_start(void)
{
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        char file[64];
        int pipes[2];
        FILE *f;

        if (system("command -v kamailio >/dev/null 2>&1") != 0)
                return false;
        a.sin_port = htons((uint16_t)free_port());
        sock = socket(AF_INET, SOCK_DGRAM, 0);
        if (!mkdtemp(dir) || pipe(pipes) != 0 || connect(sock, (struct sockaddr *)&a, sizeof(a)))
                die(strerror(errno));
        snprintf(file, sizeof(file), "%s/kamailio.cfg", dir);
        f = fopen(file, "w");
        if (!f)
                die(strerror(errno));
        fprintf(f, config_text, ntohs(a.sin_port));
        fclose(f);
        pid = fork();
        if (pid == 0)
                run(pipes[1]);
        close(pipes[1]);
        log_fd = pipes[0];
        wait_up();
        return true;
}

static void fill(struct reading *r, char *value[TOKENS])
{
        static const struct {
                unsigned token;
                enum reading_field field;
        } texts[] = {{METHOD, READING_METHOD},
                     {FROM_TAG, READING_FROM_TAG},
                     {TO_TAG, READING_TO_TAG},
                     {CALL_ID, READING_CALL_ID}};
        struct reading_uri u = {.scheme = value[SCHEME], .user = value[USER], .host = value[HOST]};
        struct reading_uri sip = {.scheme = "sip", .scheme_len = 3};

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                reading_text(r, texts[i].field, value[texts[i].token],
                             decode(value[texts[i].token]));
        u.scheme_len = decode(value[SCHEME]);
        u.user_len = decode(value[USER]);
        u.host_len = decode(value[HOST]);
        u.port = (unsigned)strtoul(value[PORT], NULL, 10);
        if (u.scheme_len != 0)
                reading_ruri(r, &u);
        sip.user = value[FROM_USER];
        sip.user_len = decode(value[FROM_USER]);
        reading_user(r, READING_FROM_USER, &sip);
        sip.user = value[TO_USER];
        sip.user_len = decode(value[TO_USER]);
        reading_user(r, READING_TO_USER, &sip);
        reading_text(r, READING_CSEQ, value[CSEQ], strlen(value[CSEQ]));
        reading_text(r, READING_CONTENT_LENGTH, value[LENGTH], strlen(value[LENGTH]));
        reading_text(r, READING_VIAS, value[VIAS], strlen(value[VIAS]));
        reading_text(r, READING_BODY, value[BODY], strlen(value[BODY]));
}

void kamailio_read(const uint8_t *p, size_t n, struct reading *out, bool *sane)
{
        char call_id[32], *value[TOKENS];

        reading_clear(out);
        *sane = false;
        if (send(sock, p, n, 0) != (ssize_t)n)
                die(strerror(errno));
        send_mark(call_id, sizeof(call_id));
        for (unsigned silence = 0; silence < 20;) {
                char *line = next_line();

                if (!line) {
                        silence++;
                } else if (tokens(line, value)) {
                        if (is_mark(value, call_id))
                                return;
                        out->good = true;
                        *sane = value[SANE][0] == '1';
                        fill(out, value);
                }
        }
        die("does not answer");
}

void kamailio_stop(void)
{
        char command[96];

        if (pid > 0) {
                kill(-pid, SIGTERM);
                waitpid(pid, NULL, 0);
                kill(-pid, SIGKILL);
                pid = 0;
                snprintf(command, sizeof(command), "rm -rf %s", dir);
                if (system(command) != 0)
                        fprintf(stderr, "kamailio: %s is left\n", dir);
        }
}
