/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define V4_BITS 96u

static int told(const char *name, const char *what, int error)
{
        fprintf(stderr, "sluice-dataplane: TAP device %s: %s: %s\n", name, what, strerror(error));
        return -error;
}

static struct ifreq request(const char *name, unsigned label)
{
        struct ifreq r;

        memset(&r, 0, sizeof(r));
        if (label == 0)
                snprintf(r.ifr_name, sizeof(r.ifr_name), "%.13s", name);
        else
                snprintf(r.ifr_name, sizeof(r.ifr_name), "%.13s:%u", name, label % 10u);
        return r;
}

/* What the machine's defaults may have turned off. IPv6 may be missing as a whole: adding an
 * address then tells. */
static void ip6_allow(const char *name)
{
        static const struct {
                const char *key;
                char value;
        } rows[] = {{"disable_ipv6", '0'}, {"accept_dad", '0'}, {"accept_ra", '0'}};
        char path[96];

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", name, rows[i].key);
                int fd = open(path, O_WRONLY | O_CLOEXEC);

                if (fd < 0)
                        continue;
                if (write(fd, &rows[i].value, 1) != 1)
                        fprintf(stderr, "sluice-dataplane: %s: %s\n", path, strerror(errno));
                close(fd);
        }
}

static bool address4_set(int sock, const char *name, unsigned label, const struct dp_edge_prefix *a)
{
        struct ifreq r = request(name, label);
        struct sockaddr_in sin = {.sin_family = AF_INET};

        memcpy(&sin.sin_addr, a->ip.b + 12, 4);
        memcpy(&r.ifr_addr, &sin, sizeof(sin));
        if (ioctl(sock, SIOCSIFADDR, &r) != 0)
                return false;
        sin.sin_addr.s_addr = htonl((uint32_t)(UINT64_C(0xffffffff) << (128u - a->len)));
        memcpy(&r.ifr_addr, &sin, sizeof(sin));
        return ioctl(sock, SIOCSIFNETMASK, &r) == 0;
}

static bool address6_set(int sock, int index, const struct dp_edge_prefix *a)
{
        struct in6_ifreq r = {.ifr6_prefixlen = a->len, .ifr6_ifindex = index};

        memcpy(&r.ifr6_addr, a->ip.b, 16);
        return ioctl(sock, SIOCSIFADDR, &r) == 0;
}

static bool up(int sock, const char *name, const struct dp_edge_side *side, int *index)
{
        struct ifreq r = request(name, 0);

        r.ifr_hwaddr.sa_family = ARPHRD_ETHER;
        memcpy(r.ifr_hwaddr.sa_data, side->mac, 6);
        if (ioctl(sock, SIOCSIFHWADDR, &r) != 0)
                return false;
        r = request(name, 0);
        r.ifr_mtu = (int)side->ip_bytes_max;
        if (ioctl(sock, SIOCSIFMTU, &r) != 0)
                return false;
        r = request(name, 0);
        r.ifr_flags = IFF_UP | IFF_RUNNING | IFF_BROADCAST | IFF_MULTICAST;
        if (ioctl(sock, SIOCSIFFLAGS, &r) != 0)
                return false;
        r = request(name, 0);
        if (ioctl(sock, SIOCGIFINDEX, &r) != 0)
                return false;
        *index = r.ifr_ifindex;
        return true;
}

static int addresses_set(int sock4, const char *name, const struct dp_edge_side *side, int index)
{
        int sock6 = side->has_ip6 ? socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
        unsigned label = 0;
        bool ok = !side->has_ip6 || sock6 >= 0;

        for (unsigned i = 0; ok && i < side->address_cnt; i++) {
                const struct dp_edge_prefix *a = &side->address[i];

                ok = dp_ip_is_v4(&a->ip) ? address4_set(sock4, name, label++, a)
                                         : address6_set(sock6, index, a);
        }
        int error = errno;

        if (sock6 >= 0)
                close(sock6);
        return ok ? 0 : told(name, "cannot have its addresses", error);
}

static int configure(const char *name, const struct dp_edge_side *side)
{
        int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), index = 0, rc = 0;

        if (sock < 0)
                return told(name, "no socket", errno);
        if (side->has_ip6)
                ip6_allow(name);
        if (!up(sock, name, side, &index))
                rc = told(name, "cannot be brought up", errno);
        if (rc == 0)
                rc = addresses_set(sock, name, side, index);
        close(sock);
        return rc;
}

int dp_tap_open(const char *name, const struct dp_edge_side *side)
{
        struct ifreq r = request(name, 0);
        int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), rc;

        if (fd < 0)
                return told(name, "/dev/net/tun", errno);
        r.ifr_flags = IFF_TAP | IFF_NO_PI;
        if (ioctl(fd, TUNSETIFF, &r) != 0) {
                rc = told(name, "cannot be made (needs CAP_NET_ADMIN)", errno);
                close(fd);
                return rc;
        }
        rc = configure(name, side);
        if (rc == 0)
                return fd;
        close(fd);
        return rc;
}
