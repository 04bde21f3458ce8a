/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/dataplane/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "control/contract/shm_cnc.h"
#include "dataplane/blocklist_swap.h"
#include "dataplane/edge/edge.h"
#include "dataplane/rules_swap.h"
#include "dataplane/runtime_dir.h"
#include "dataplane/state/tables.h"

#define RING_SLOTS 1024u
#define POOL_SIZE  4095u
#define RING_SIZES ((struct shm_ring_sizes){.req_log2 = 12, .evt_log2 = 14, .rep_log2 = 10})

struct port {
        struct rte_ring *rx;
        struct rte_ring *tx;
        uint16_t id;
};

/* Opened once: DPDK does not give a device name back. */
static struct port ports[SHM_SIDE_CNT];
static struct rte_mempool *pool;

struct chain {
        struct dp_ctl_server *server;
        struct dp_worker *worker;
        struct dp_tables *tables;
        uint64_t now_ns;
        char text[65536];

        /* the fake control's end */
        bool attached;
        struct shm_region in;  /* TO_CONTROL, read-only */
        struct shm_region out; /* TO_DATAPLANE */
        struct shm_ring_consumer req;
        struct shm_ring_consumer evt;
        struct shm_ring_producer rep;
        uint8_t record[sizeof(struct shm_event) + SHM_MSG_BYTES_MAX];
        struct shm_rule_costs costs; /* the last that came */
        unsigned costs_cnt;
};

static bool port_open(struct port *p, const char *name)
{
        const struct rte_eth_conf conf = {0};
        char ring[RTE_RING_NAMESIZE];

        snprintf(ring, sizeof(ring), "%s_rx", name);
        p->rx = rte_ring_create(ring, RING_SLOTS, 0, RING_F_SP_ENQ | RING_F_SC_DEQ);
        snprintf(ring, sizeof(ring), "%s_tx", name);
        p->tx = rte_ring_create(ring, RING_SLOTS, 0, RING_F_SP_ENQ | RING_F_SC_DEQ);
        if (p->rx == NULL || p->tx == NULL)
                return false;
        int id = rte_eth_from_rings(name, &p->rx, 1, &p->tx, 1, 0);

        p->id = (uint16_t)id;
        return id >= 0 && rte_eth_dev_configure(p->id, 1, 1, &conf) == 0 &&
               rte_eth_rx_queue_setup(p->id, 0, 512, 0, NULL, pool) == 0 &&
               rte_eth_tx_queue_setup(p->id, 0, 512, 0, NULL) == 0 && rte_eth_dev_start(p->id) == 0;
}

static struct dp_runtime_dir runtime_dir;

static void runtime_dir_remove(void)
{
        dp_runtime_dir_remove(&runtime_dir);
}

void chain_eal_start(const char *program)
{
        if (dp_runtime_dir_make(&runtime_dir) != 0) {
                fprintf(stderr, "no runtime directory\n");
                exit(1);
        }
        atexit(runtime_dir_remove);
        const char *argv[] = {program,
                              "--no-huge",
                              "-m",
                              "256",
                              "--no-pci",
                              "--no-telemetry",
                              "--no-shconf",
                              "--iova-mode=va",
                              "--lcores=0@0",
                              "--log-level=lib.*:error",
                              DP_RUNTIME_DIR_EAL_ARG,
                              NULL};

        if (rte_eal_init(11, (char **)(uintptr_t)argv) < 0) {
                fprintf(stderr, "EAL does not start\n");
                exit(1);
        }
        pool = rte_pktmbuf_pool_create("chain", POOL_SIZE, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
        if (pool == NULL || !port_open(&ports[SHM_SIDE_OUTSIDE], "net_ring_out") ||
            !port_open(&ports[SHM_SIDE_INSIDE], "net_ring_in")) {
                fprintf(stderr, "no ring ports\n");
                exit(1);
        }
}

static void ring_drain(struct rte_ring *r)
{
        void *m;

        while (rte_ring_dequeue(r, &m) == 0)
                rte_pktmbuf_free(m);
}

static void *part(const struct shm_region *r, enum shm_part_kind kind, size_t *bytes)
{
        void *at = shm_region_part(r, kind, 0, bytes);

        assert_non_null(at);
        return at;
}

void chain_control_attach(struct chain *c)
{
        int in_fd, out_fd;
        size_t bytes, tail;

        assert_int_equal(dp_ctl_server_local_fds(c->server, &in_fd, &out_fd), 0);
        assert_int_equal(shm_region_attach(&c->in, dup(in_fd), SHM_REGION_TO_CONTROL, false), 0);
        assert_int_equal(shm_region_attach(&c->out, dup(out_fd), SHM_REGION_TO_DATAPLANE, true), 0);
        const void *req = part(&c->in, SHM_PART_RING_REQ, &bytes);

        assert_int_equal(
            shm_ring_consumer_init(&c->req, req, bytes, part(&c->out, SHM_PART_TAIL_REQ, &tail)),
            0);
        const void *evt = part(&c->in, SHM_PART_RING_EVT, &bytes);

        assert_int_equal(
            shm_ring_consumer_init(&c->evt, evt, bytes, part(&c->out, SHM_PART_TAIL_EVT, &tail)),
            0);
        void *rep = part(&c->out, SHM_PART_RING_REP, &bytes);

        assert_int_equal(
            shm_ring_producer_init(&c->rep, rep, bytes, part(&c->in, SHM_PART_TAIL_REP, &tail)), 0);
        dp_ctl_server_local_ready(c->server);
        c->attached = true;
}

void chain_control_detach(struct chain *c)
{
        shm_region_detach(&c->in);
        shm_region_detach(&c->out);
        dp_ctl_server_local_detach(c->server);
        c->attached = false;
}

static uint16_t detach_cb(uint16_t port, uint16_t queue, struct rte_mbuf **pkts, uint16_t cnt,
                          uint16_t room, void *c)
{
        (void)port, (void)queue, (void)pkts, (void)room;
        chain_control_detach(c);
        return cnt;
}

void chain_control_detach_in_turn(struct chain *c)
{
        const struct rte_eth_rxtx_callback *cb[SHM_SIDE_CNT];

        for (unsigned i = 0; i < SHM_SIDE_CNT; i++) {
                cb[i] = rte_eth_add_rx_callback(ports[i].id, 0, detach_cb, c);
                assert_non_null(cb[i]);
        }
        dp_worker_turn(c->worker);
        for (unsigned i = 0; i < SHM_SIDE_CNT; i++)
                assert_int_equal(rte_eth_remove_rx_callback(ports[i].id, 0, cb[i]), 0);
        dp_ctl_server_local_detach(c->server);
}

void chain_config_unlimited(struct dp_config *config)
{
        memset(config->limits.guard, 0, sizeof(config->limits.guard));
        memset(config->limits.rates, 0, sizeof(config->limits.rates));
        memset(config->limits.refusals, 0, sizeof(config->limits.refusals));
}

static struct chain *create(const struct dp_config *config, const struct dp_edge_net *net,
                            const struct dp_kernel_rings *kernel)
{
        struct chain *c = calloc(1, sizeof(*c));
        struct shm_ring_sizes sizes = RING_SIZES;

        assert_non_null(c);
        assert_int_equal(dp_ctl_server_create_local(&c->server, 1, &sizes), 0);
        c->tables = dp_tables_create(config);
        assert_non_null(c->tables);
        struct dp_worker_args args = {
            .config = config,
            .ctl_server = c->server,
            .stats = dp_ctl_server_stats(c->server, 0),
            .tables = c->tables,
            .reply_pool = pool,
            .port_ids = {ports[0].id, ports[1].id},
            .port_cnt = net != NULL ? net->side_cnt : 2,
            .net = net,
            .kernel = kernel,
            .virtual_clock = true,
        };

        assert_int_equal(dp_worker_create(&c->worker, &args), 0);
        c->now_ns = UINT64_C(1700000000000000000);
        dp_worker_set_time(c->worker, c->now_ns);
        return c;
}

struct chain *chain_create(const struct dp_config *config, bool with_control)
{
        struct chain *c = create(config, NULL, NULL);

        if (with_control)
                chain_control_attach(c);
        return c;
}

struct chain *chain_create_edge(const struct dp_config *config, const struct dp_edge_net *net,
                                const struct dp_kernel_rings *kernel)
{
        struct chain *c = create(config, net, kernel);

        chain_control_attach(c);
        return c;
}

void chain_blocklist(struct chain *c, const struct shm_blocklist_prefix *prefixes, uint32_t cnt)
{
        struct shm_blocklist_head head = {.magic = SHM_BLOCKLIST_MAGIC, .count = cnt};
        struct dp_swap *slot = &dp_ctl_server_slot(c->server)->blocklist;
        size_t bytes = sizeof(head) + cnt * sizeof(*prefixes);
        uint8_t *blob = malloc(bytes);

        assert_non_null(blob);
        memcpy(blob, &head, sizeof(head));
        if (cnt != 0)
                memcpy(blob + sizeof(head), prefixes, cnt * sizeof(*prefixes));
        assert_int_equal(dp_blocklist_swap_take(slot, blob, bytes), 0);
        free(blob);
}

void chain_rules(struct chain *c, const void *image, size_t bytes)
{
        assert_int_equal(dp_rules_swap_take(dp_ctl_server_slot(c->server), image, bytes), 0);
}

unsigned chain_costs(const struct chain *c, struct shm_rule_costs *last)
{
        *last = c->costs;
        return c->costs_cnt;
}

void chain_assert_conserved(const struct chain *c)
{
        const struct shm_counters *n = dp_worker_counters(c->worker);

        assert_int_equal(n->received, shm_counters_accounted(n));
        assert_int_equal(n->conservation_errors, 0);
        assert_int_equal(n->consumed, n->replies_sent + n->replies_lost);
}

void chain_destroy(struct chain *c)
{
        chain_turn(c);
        dp_worker_flush_pending(c->worker, SHM_REASON_SHUTDOWN);
        chain_assert_conserved(c);
        assert_int_equal(dp_worker_counters(c->worker)->held_pending, 0);
        for (unsigned side = 0; side < SHM_SIDE_CNT; side++) {
                ring_drain(ports[side].rx);
                ring_drain(ports[side].tx);
        }
        assert_int_equal(rte_mempool_avail_count(pool), POOL_SIZE);
        dp_worker_destroy(c->worker);
        dp_tables_destroy(c->tables);
        if (c->attached) {
                shm_region_detach(&c->in);
                shm_region_detach(&c->out);
        }
        dp_ctl_server_destroy(c->server);
        free(c);
}

void chain_stop(struct chain *c)
{
        dp_worker_flush_pending(c->worker, SHM_REASON_SHUTDOWN);
}

struct rte_mbuf *chain_frame(const uint8_t *frame, size_t len)
{
        struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

        assert_non_null(m);
        char *at = rte_pktmbuf_append(m, (uint16_t)len);

        assert_non_null(at);
        memcpy(at, frame, len);
        return m;
}

void chain_send_bytes(enum shm_side side, const uint8_t *frame, size_t len)
{
        assert_int_equal(rte_ring_enqueue(ports[side].rx, chain_frame(frame, len)), 0);
}

void chain_send(enum shm_side side, uint8_t src, const char *payload)
{
        uint8_t frame[2048] = {0};
        size_t len = strlen(payload);
        struct rte_ether_hdr *eth = (struct rte_ether_hdr *)frame;
        struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(eth + 1);
        struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(ip + 1);
        uint32_t near = RTE_IPV4(10, 0, 0, src), far = RTE_IPV4(10, 0, 0, 2);
        bool from_outside = side == SHM_SIDE_OUTSIDE;

        assert_true(sizeof(*eth) + sizeof(*ip) + sizeof(*udp) + len <= sizeof(frame));
        memcpy(udp + 1, payload, len);
        eth->dst_addr.addr_bytes[0] = 2;
        eth->src_addr.addr_bytes[0] = 2;
        eth->src_addr.addr_bytes[5] = src;
        eth->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
        ip->version_ihl = RTE_IPV4_VHL_DEF;
        ip->total_length = rte_cpu_to_be_16((uint16_t)(sizeof(*ip) + sizeof(*udp) + len));
        ip->time_to_live = 64;
        ip->next_proto_id = IPPROTO_UDP;
        ip->src_addr = rte_cpu_to_be_32(from_outside ? near : far);
        ip->dst_addr = rte_cpu_to_be_32(from_outside ? far : near);
        ip->hdr_checksum = rte_ipv4_cksum(ip);
        udp->src_port = rte_cpu_to_be_16(5060);
        udp->dst_port = rte_cpu_to_be_16(5060);
        udp->dgram_len = rte_cpu_to_be_16((uint16_t)(sizeof(*udp) + len));
        udp->dgram_cksum = rte_ipv4_udptcp_cksum(ip, udp);
        chain_send_bytes(side, frame, sizeof(*eth) + sizeof(*ip) + sizeof(*udp) + len);
}

/* Both ports get their turn. */
unsigned chain_turn(struct chain *c)
{
        unsigned moved = dp_worker_turn(c->worker);

        return moved + dp_worker_turn(c->worker);
}

size_t chain_receive(enum shm_side side, uint8_t *frame, size_t cap)
{
        void *obj;

        if (rte_ring_dequeue(ports[side].tx, &obj) != 0)
                return 0;
        struct rte_mbuf *m = obj;
        size_t len = m->data_len;

        assert_true(len <= cap);
        memcpy(frame, rte_pktmbuf_mtod(m, const void *), len);
        rte_pktmbuf_free(m);
        return len;
}

const char *chain_receive_text(struct chain *c, enum shm_side side)
{
        const size_t headers =
            sizeof(struct rte_ether_hdr) + sizeof(struct rte_ipv4_hdr) + sizeof(struct rte_udp_hdr);
        uint8_t frame[4096];
        size_t len = chain_receive(side, frame, sizeof(frame));

        if (len == 0)
                return NULL;
        assert_true(len >= headers);
        memcpy(c->text, frame + headers, len - headers);
        c->text[len - headers] = '\0';
        return c->text;
}

void chain_pass_ms(struct chain *c, uint64_t ms)
{
        c->now_ns += ms * UINT64_C(1000000);
        dp_worker_set_time(c->worker, c->now_ns);
}

void chain_apply_table(struct chain *c, const struct shm_table_update *u)
{
        dp_worker_apply_table(c->worker, u);
}

struct dp_tables *chain_tables(struct chain *c)
{
        return c->tables;
}

const struct shm_counters *chain_counters(const struct chain *c)
{
        return dp_worker_counters(c->worker);
}

bool chain_request(struct chain *c, struct shm_request *r)
{
        uint16_t type;
        uint32_t bytes;
        int rc = shm_ring_read(&c->req, c->record, sizeof(c->record), &type, &bytes);

        if (rc == 0)
                return false;
        assert_int_equal(rc, 1);
        assert_int_equal(type, SHM_REC_REQUEST);
        assert_true(shm_request_check(c->record, bytes));
        memcpy(r, c->record, sizeof(*r));
        shm_ring_release(&c->req);
        return true;
}

void chain_answer_raw(struct chain *c, uint16_t type, const void *rec, uint32_t bytes)
{
        void *at = shm_ring_reserve(&c->rep, type, bytes);

        assert_non_null(at);
        memcpy(at, rec, bytes);
        shm_ring_commit(&c->rep);
}

void chain_answer(struct chain *c, uint64_t id, enum shm_action action, enum shm_reason reason,
                  uint8_t scopes)
{
        struct shm_reply r = {
            .id = id,
            .action = (uint8_t)action,
            .scopes = scopes,
            .reason = (uint16_t)reason,
            .code = action == SHM_ACTION_REJECT ? 403 : 0,
            .lifetime_ms = scopes != 0 ? 60000 : 0,
            .rule = 7,
        };

        assert_true(shm_reply_check(&r, sizeof(r)));
        chain_answer_raw(c, SHM_REC_REPLY, &r, sizeof(r));
}

void chain_break_ring(struct chain *c)
{
        atomic_store(&c->rep.mem->head, UINT64_MAX / 2);
}

bool chain_event(struct chain *c, struct shm_event *e)
{
        uint16_t type;
        uint32_t bytes;
        int rc;

        while ((rc = shm_ring_read(&c->evt, c->record, sizeof(c->record), &type, &bytes)) == 1 &&
               type == SHM_REC_RULE_COST) {
                assert_true(shm_rule_costs_check(c->record, bytes));
                memcpy(&c->costs, c->record, bytes);
                c->costs_cnt++;
        }
        if (rc == 0)
                return false;
        assert_int_equal(rc, 1);
        assert_int_equal(type, SHM_REC_EVENT);
        assert_true(shm_event_check(c->record, bytes));
        memcpy(e, c->record, sizeof(*e));
        shm_ring_release(&c->evt);
        return true;
}

const char *chain_event_text(const struct chain *c)
{
        return (const char *)c->record + sizeof(struct shm_event);
}

void chain_request_text(char *out, size_t cap, const char *method, const char *uri,
                        const char *extra_headers)
{
        static unsigned branch;
        int n =
            snprintf(out, cap,
                     "%s %s SIP/2.0\r\n"
                     "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK776asdhds%u;rport\r\n"
                     "Max-Forwards: 70\r\n"
                     "From: <sip:alice@example.com>;tag=1928301774\r\n"
                     "Call-ID: a84b4c76e66710@example.com\r\n"
                     "CSeq: 314159 %s\r\n"
                     "%s"
                     "%s"
                     "Contact: <sip:alice@10.0.0.1>\r\n"
                     "Content-Length: 0\r\n\r\n",
                     method, uri, ++branch, method,
                     strstr(extra_headers, "To:") == NULL ? "To: <sip:bob@example.com>\r\n" : "",
                     extra_headers);

        assert_true(n > 0 && (size_t)n < cap);
}

void chain_send_request(struct chain *c, const char *method, const char *uri,
                        const char *extra_headers)
{
        char text[1024];

        chain_request_text(text, sizeof(text), method, uri, extra_headers);
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
}

void chain_answer_next(struct chain *c, enum shm_action action, enum shm_reason reason,
                       uint8_t scopes)
{
        struct shm_request r;

        assert_true(chain_request(c, &r));
        chain_answer(c, r.id, action, reason, scopes);
        chain_turn(c);
}
