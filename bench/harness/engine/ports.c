/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/engine/ports.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "dataplane/packet_pool.h"

#define ARGS_MAX    96u
#define DESCRIPTORS 2048u

struct args {
        char *argv[ARGS_MAX]; /* EAL changes the order, and writes the program over the last one */
        char *owned[ARGS_MAX];
        int argc;
};

static void arg(struct args *a, const char *word)
{
        if ((uint32_t)a->argc + 1 >= ARGS_MAX)
                return;
        a->owned[a->argc] = strdup(word);
        a->argv[a->argc] = a->owned[a->argc];
        a->argc++;
}

static bool given(const struct sb_ports_setup *s, const char *word)
{
        for (uint32_t i = 0; i < s->eal_cnt; i++)
                if (strncmp(s->eal[i], word, strlen(word)) == 0)
                        return true;
        return false;
}

static uint64_t huge_pages_free(void)
{
        FILE *f = fopen("/proc/meminfo", "re");
        unsigned long n = 0;
        char line[128];

        while (f != NULL && fgets(line, sizeof(line), f) != NULL)
                if (sscanf(line, "HugePages_Free: %lu", &n) == 1)
                        break;
        if (f != NULL)
                fclose(f);
        return n;
}

/* Workers take the CPUs from the last one down, so that the first stays for everything else. */
static void lcores(struct args *a, uint32_t worker_cnt)
{
        int cpus[CPU_SETSIZE];
        uint32_t cpu_cnt = 0;
        char list[1024];
        size_t at;
        cpu_set_t set;

        if (sched_getaffinity(0, sizeof(set), &set) != 0)
                CPU_ZERO(&set);
        for (uint32_t i = 0; i < CPU_SETSIZE; i++)
                if (CPU_ISSET(i, &set))
                        cpus[cpu_cnt++] = (int)i;
        if (cpu_cnt == 0)
                cpus[cpu_cnt++] = 0;
        at = (size_t)snprintf(list, sizeof(list), "--lcores=0@%d", cpus[0]);
        for (uint32_t i = 1; i <= worker_cnt && at < sizeof(list); i++)
                at += (size_t)snprintf(list + at, sizeof(list) - at, ",%u@%d", i,
                                       cpus[(cpu_cnt - 1 - (i - 1) % cpu_cnt) % cpu_cnt]);
        arg(a, list);
}

static bool is_virtual(const char *device)
{
        return strncmp(device, "net_", 4) == 0 || strncmp(device, "eth_", 4) == 0;
}

/*
 * The kernel's ring in front of net_af_packet has 512 frames unless told otherwise: 5 ms of a load
 * of 100,000 a second, and a machine that stands still for longer would look like one that loses
 * calls. net_af_xdp's busy polling, which is on unless told otherwise, hears nothing on a veth.
 */
static const char *default_of(const char *device)
{
        if (strstr(device, "af_packet") != NULL && strstr(device, "framecnt=") == NULL)
                return ",framecnt=8192";
        if (strstr(device, "af_xdp") != NULL && strstr(device, "busy_budget=") == NULL)
                return ",busy_budget=0";
        return "";
}

int sb_eal_start(const struct sb_ports_setup *s)
{
        static struct args a; /* EAL keeps the words for as long as the process lives */
        bool pci = false;
        char word[512];

        arg(&a, "sluice-bench");
        if (!given(s, "-l") && !given(s, "--lcores"))
                lcores(&a, s->worker_cnt);
        if (!given(s, "--file-prefix")) {
                snprintf(word, sizeof(word), "--file-prefix=sluice-bench-%d", (int)getpid());
                arg(&a, word);
        }
        if (!given(s, "--no-huge") && !given(s, "--huge-dir") && !given(s, "--in-memory")) {
                if (huge_pages_free() >= 512) {
                        arg(&a, "--in-memory");
                } else {
                        arg(&a, "--no-huge");
                        if (!given(s, "-m"))
                                arg(&a, "-m1024");
                }
        }
        if (!given(s, "--log-level"))
                arg(&a, "--log-level=error");
        arg(&a, "--no-telemetry");
        for (uint32_t i = 0; i < s->device_cnt; i++) {
                if (strcmp(s->devices[i], "loop") == 0)
                        continue;
                pci = pci || !is_virtual(s->devices[i]);
                snprintf(word, sizeof(word), "%s%s%s",
                         is_virtual(s->devices[i]) ? "--vdev=" : "--allow=", s->devices[i],
                         default_of(s->devices[i]));
                arg(&a, word);
        }
        if (!pci)
                arg(&a, "--no-pci");
        for (uint32_t i = 0; i < s->eal_cnt; i++)
                arg(&a, s->eal[i]);
        if (rte_eal_init(a.argc, a.argv) < 0) {
                fprintf(stderr, "sluice-bench: EAL did not start: %s\n", rte_strerror(rte_errno));
                return -EINVAL;
        }
        return 0;
}

static bool all_virtual(const struct sb_ports_setup *s)
{
        for (uint32_t i = 0; i < s->device_cnt; i++)
                if (strcmp(s->devices[i], "loop") != 0 && !is_virtual(s->devices[i]))
                        return false;
        return true;
}

struct rte_mempool *sb_ports_pool(const struct sb_ports_setup *s, uint32_t buffer_cnt,
                                  uint32_t cache)
{
        /* Otherwise, without huge pages, each has a page of its own: the same octet of all of them
         * falls to the same few lines of a cache. And net_af_xdp can have no other pool. */
        if (all_virtual(s))
                return dp_pool_side_by_side("bench", buffer_cnt, cache);
        return rte_pktmbuf_pool_create("bench", buffer_cnt, cache, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
                                       SOCKET_ID_ANY);
}

bool sb_port_is_alone(uint16_t port)
{
        struct rte_eth_dev_info info;

        if (rte_eth_dev_info_get(port, &info) != 0 || info.driver_name == NULL)
                return true;
        return strstr(info.driver_name, "net_null") != NULL ||
               strstr(info.driver_name, "net_ring") != NULL ||
               strstr(info.driver_name, "net_pcap") != NULL;
}

static int told(const char *device, const char *what, int rc)
{
        fprintf(stderr, "sluice-bench: %s: %s: %s\n", device, what,
                rte_strerror(rc < 0 ? -rc : rc));
        return rc < 0 ? rc : -EIO;
}

static int start(const char *device, uint16_t id, struct rte_mempool *pool)
{
        const struct rte_eth_conf conf = {0};
        uint16_t rx = DESCRIPTORS, tx = DESCRIPTORS;
        int rc = rte_eth_dev_configure(id, 1, 1, &conf);

        if (rc == 0)
                rc = rte_eth_dev_adjust_nb_rx_tx_desc(id, &rx, &tx);
        if (rc == 0)
                rc = rte_eth_rx_queue_setup(id, 0, rx, (unsigned)rte_eth_dev_socket_id(id), NULL,
                                            pool);
        if (rc == 0)
                rc = rte_eth_tx_queue_setup(id, 0, tx, (unsigned)rte_eth_dev_socket_id(id), NULL);
        if (rc == 0)
                rc = rte_eth_dev_start(id);
        if (rc != 0)
                return told(device, "cannot be started", rc);
        (void)rte_eth_promiscuous_enable(id); /* addresses that no kernel has */
        return 0;
}

static int loop_open(struct rte_mempool *pool, uint16_t ids[2])
{
        struct rte_ring *ways[2];

        for (uint32_t i = 0; i < 2; i++) {
                ways[i] = rte_ring_create(i == 0 ? "loop_there" : "loop_back", SB_LOOP_FRAMES,
                                          SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
                if (ways[i] == NULL)
                        return told("loop", "no rings", -rte_errno);
        }
        for (uint32_t i = 0; i < 2; i++) {
                int port = rte_eth_from_rings(i == 0 ? "caller" : "answering", &ways[1 - i], 1,
                                              &ways[i], 1, 0);
                int rc;

                if (port < 0)
                        return told("loop", "no port", -rte_errno);
                ids[i] = (uint16_t)port;
                rc = start("loop", ids[i], pool);
                if (rc != 0)
                        return rc;
        }
        return 0;
}

int sb_port_open(const char *device, struct rte_mempool *pool, uint16_t ids[2])
{
        char name[RTE_ETH_NAME_MAX_LEN];
        int rc;

        if (strcmp(device, "loop") == 0)
                return loop_open(pool, ids);
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(device, ","), device);
        rc = rte_eth_dev_get_port_by_name(name, &ids[0]);
        if (rc != 0)
                return told(device, "no such DPDK port", rc);
        return start(device, ids[0], pool);
}

void sb_port_close(uint16_t id)
{
        (void)rte_eth_dev_stop(id);
        (void)rte_eth_dev_close(id);
}
