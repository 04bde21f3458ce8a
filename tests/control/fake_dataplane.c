/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/control/fake_dataplane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/prefix.h"

#define WAIT_MS 10000

static void *part(struct shm_region *r, enum shm_part_kind kind, uint16_t index, size_t *bytes)
{
        void *p = shm_region_part(r, kind, index, bytes);

        assert_non_null(p);
        return p;
}

void fake_dp_renew(struct fake_dp *dp, uint64_t incarnation, uint8_t ring_log2)
{
        const struct shm_ring_sizes sizes = {ring_log2, ring_log2, ring_log2};
        struct shm_region *tc = &dp->to_control;
        struct shm_region *td = &dp->to_dataplane;

        shm_region_detach(tc);
        shm_region_detach(td);
        assert_int_equal(shm_region_create_to_control(tc, dp->workers, incarnation, sizes), 0);
        assert_int_equal(shm_region_create_to_dataplane(td, dp->workers, incarnation, sizes), 0);
        assert_int_equal(shm_region_publish(tc), 0);
        assert_int_equal(shm_region_publish(td), 0);
        for (uint16_t w = 0; w < dp->workers; w++) {
                size_t req = 0, evt = 0, rep = 0;
                void *req_mem = part(tc, SHM_PART_RING_REQ, w, &req);
                void *evt_mem = part(tc, SHM_PART_RING_EVT, w, &evt);
                void *rep_mem = part(td, SHM_PART_RING_REP, w, &rep);

                assert_int_equal(shm_ring_producer_init(&dp->req[w], req_mem, req,
                                                        part(td, SHM_PART_TAIL_REQ, w, NULL)),
                                 0);
                assert_int_equal(shm_ring_producer_init(&dp->evt[w], evt_mem, evt,
                                                        part(td, SHM_PART_TAIL_EVT, w, NULL)),
                                 0);
                assert_int_equal(shm_ring_consumer_init(&dp->rep[w], rep_mem, rep,
                                                        part(tc, SHM_PART_TAIL_REP, w, NULL)),
                                 0);
        }
}

void fake_dp_make(struct fake_dp *dp, uint16_t workers, uint64_t incarnation, uint8_t ring_log2)
{
        struct shm_cnc *cnc;

        memset(dp, 0, sizeof(*dp));
        dp->workers = workers;
        dp->listen_fd = dp->conn = -1;
        dp->to_control.fd = dp->to_dataplane.fd = dp->stats.fd = -1;
        assert_int_equal(shm_region_create_stats(&dp->stats, workers), 0);
        assert_int_equal(shm_region_publish(&dp->stats), 0);
        cnc = part(&dp->stats, SHM_PART_CNC, 0, NULL);
        shm_cnc_init(cnc, incarnation, (uint64_t)getpid(), 1);
        assert_int_equal(shm_cnc_set_state(cnc, SHM_CNC_RUN), 0);
        fake_dp_renew(dp, incarnation, ring_log2);
}

void fake_dp_free(struct fake_dp *dp)
{
        fake_dp_hang_up(dp);
        if (dp->listen_fd >= 0)
                close(dp->listen_fd);
        shm_region_detach(&dp->stats);
        shm_region_detach(&dp->to_control);
        shm_region_detach(&dp->to_dataplane);
}

bool fake_dp_ask(struct fake_dp *dp, uint16_t w, const struct shm_request *req, const void *msg)
{
        uint8_t *to =
            shm_ring_reserve(&dp->req[w], SHM_REC_REQUEST, (uint32_t)(sizeof(*req) + req->msg_len));

        if (to == NULL)
                return false;
        memcpy(to, req, sizeof(*req));
        memcpy(to + sizeof(*req), msg, req->msg_len);
        shm_ring_commit(&dp->req[w]);
        return true;
}

bool fake_dp_tell(struct fake_dp *dp, uint16_t w, const struct shm_event *ev, const void *msg)
{
        uint8_t *to =
            shm_ring_reserve(&dp->evt[w], SHM_REC_EVENT, (uint32_t)(sizeof(*ev) + ev->msg_len));

        if (to == NULL)
                return false;
        memcpy(to, ev, sizeof(*ev));
        memcpy(to + sizeof(*ev), msg, ev->msg_len);
        shm_ring_commit(&dp->evt[w]);
        return true;
}

/* What a checked record says behind its fixed part; header lines are the last of it. */
static void keep(struct fake_dp *dp, const struct shm_reply *r, const uint8_t *at)
{
        memset(&dp->to, 0, sizeof(dp->to));
        if (r->action == SHM_ACTION_PROXY) {
                memcpy(&dp->to, at, sizeof(dp->to));
                at += sizeof(dp->to);
                memcpy(dp->hop, at, dp->to.hop_cnt * sizeof(dp->hop[0]));
                at += dp->to.hop_cnt * sizeof(dp->hop[0]);
                memcpy(dp->uri, at, dp->to.ruri_len);
                at += dp->to.ruri_len;
                memcpy(dp->route, at, dp->to.route_len);
                at += dp->to.route_len;
        }
        dp->uri[dp->to.ruri_len] = '\0';
        dp->route[dp->to.route_len] = '\0';
        memcpy(dp->lines, at, r->headers_len);
        dp->lines[r->headers_len] = '\0';
        memcpy(dp->tag, at + r->headers_len, r->tag_len);
        dp->tag[r->tag_len] = '\0';
}

bool fake_dp_hop_is(const struct shm_hop *hop, const char *address, uint16_t port, uint8_t proto)
{
        const struct shm_ip ip = fake_ip(address);

        return memcmp(&hop->ip, &ip, sizeof(ip)) == 0 && hop->port == port &&
               hop->ip_proto == proto;
}

bool fake_dp_reply(struct fake_dp *dp, uint16_t w, struct shm_reply *out, unsigned *updates)
{
        uint8_t rec[sizeof(*out) + SHM_FORWARD_BYTES_MAX];
        uint16_t type = 0;
        uint32_t bytes = 0;

        while (shm_ring_read(&dp->rep[w], rec, sizeof(rec), &type, &bytes) == 1) {
                shm_ring_release(&dp->rep[w]);
                if (type == SHM_REC_TABLE) {
                        assert_true(shm_table_update_check(rec, bytes));
                        if (updates != NULL)
                                ++*updates;
                        continue;
                }
                if (type == SHM_REC_SEND) {
                        assert_true(shm_send_check(rec, bytes));
                        memcpy(&dp->sent, rec, sizeof(dp->sent));
                        memcpy(dp->sent_text, rec + sizeof(dp->sent), dp->sent.msg_len);
                        dp->sent_text[dp->sent.msg_len] = '\0';
                        dp->sent_cnt++;
                        continue;
                }
                assert_int_equal(type, SHM_REC_REPLY);
                assert_true(shm_reply_check(rec, bytes));
                memcpy(out, rec, sizeof(*out));
                keep(dp, out, rec + sizeof(*out));
                return true;
        }
        return false;
}

bool fake_dp_update(struct fake_dp *dp, uint16_t w, struct shm_table_update *out)
{
        uint8_t rec[256];
        uint16_t type = 0;
        uint32_t bytes = 0;

        if (shm_ring_read(&dp->rep[w], rec, sizeof(rec), &type, &bytes) != 1)
                return false;
        shm_ring_release(&dp->rep[w]);
        assert_int_equal(type, SHM_REC_TABLE);
        assert_true(shm_table_update_check(rec, bytes));
        memcpy(out, rec, sizeof(*out));
        return true;
}

void fake_dp_listen(struct fake_dp *dp, const char *path)
{
        struct sockaddr_un addr = {.sun_family = AF_UNIX};

        snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
        unlink(path);
        dp->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        assert_true(dp->listen_fd >= 0);
        assert_int_equal(bind(dp->listen_fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
        assert_int_equal(listen(dp->listen_fd, 4), 0);
}

static void wait_readable(int fd)
{
        struct pollfd p = {.fd = fd, .events = POLLIN};

        assert_int_equal(poll(&p, 1, WAIT_MS), 1);
}

void fake_dp_greeted(struct fake_dp *dp, struct shm_attach_msg *hello)
{
        int fds[SHM_ATTACH_FDS_MAX];
        size_t fd_cnt = 0;

        wait_readable(dp->listen_fd);
        dp->conn = accept(dp->listen_fd, NULL, NULL);
        assert_true(dp->conn >= 0);
        wait_readable(dp->conn);
        assert_int_equal(shm_attach_recv(dp->conn, hello, fds, &fd_cnt), 0);
        assert_int_equal(hello->type, SHM_ATTACH_HELLO);
        assert_int_equal(fd_cnt, 0);
}

void fake_dp_welcome(struct fake_dp *dp)
{
        const int fds[SHM_ATTACH_FDS_MAX] = {dp->stats.fd, dp->to_control.fd, dp->to_dataplane.fd};
        int none[SHM_ATTACH_FDS_MAX];
        size_t fd_cnt = 0;
        struct shm_attach_msg m;

        shm_attach_msg_init(&m, SHM_ATTACH_WELCOME);
        m.incarnation = dp->to_control.header.incarnation;
        m.worker_cnt = dp->workers;
        m.pid = (uint64_t)getpid();
        assert_int_equal(shm_attach_send(dp->conn, &m, fds, SHM_ATTACH_FDS_MAX), 0);
        wait_readable(dp->conn);
        assert_int_equal(shm_attach_recv(dp->conn, &m, none, &fd_cnt), 0);
        assert_int_equal(m.type, SHM_ATTACH_READY);
        assert_int_equal(m.incarnation, dp->to_control.header.incarnation);
}

const void *fake_dp_blob(struct fake_dp *dp, int status, struct shm_attach_msg *m)
{
        struct shm_attach_msg ack;
        const void *data = NULL;
        int fds[SHM_ATTACH_FDS_MAX];
        size_t fd_cnt = 0;

        wait_readable(dp->conn);
        assert_int_equal(shm_attach_recv(dp->conn, m, fds, &fd_cnt), 0);
        assert_int_equal(m->type, SHM_ATTACH_BLOB);
        assert_int_equal(fd_cnt, 1);
        assert_int_equal(shm_blob_map(fds[0], m->bytes, &data), 0);
        close(fds[0]);
        shm_attach_msg_init(&ack, SHM_ATTACH_BLOB_ACK);
        ack.blob_kind = m->blob_kind;
        ack.generation = m->generation;
        ack.status = status;
        assert_int_equal(shm_attach_send(dp->conn, &ack, NULL, 0), 0);
        return data;
}

void fake_dp_hang_up(struct fake_dp *dp)
{
        if (dp->conn >= 0)
                close(dp->conn);
        dp->conn = -1;
}

struct shm_ip fake_ip(const char *text)
{
        struct cp_prefix p;

        assert_int_equal(cp_prefix_parse(text, &p), 0);
        return p.ip;
}

struct shm_flow fake_flow(const char *src)
{
        return (struct shm_flow){
            .src = fake_ip(src),
            .dst = fake_ip("192.0.2.100"),
            .sport = 5061,
            .dport = 5060,
            .ip_proto = 17,
            .side = SHM_SIDE_OUTSIDE,
        };
}
