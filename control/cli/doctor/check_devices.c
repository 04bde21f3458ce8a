/* SPDX-License-Identifier: Apache-2.0 */
/* check_devices.c - network cards and their drivers, the IOMMU, packet sockets. */
#include <stdio.h>
#include <string.h>

#include "control/cli/doctor/doctor.h"
#include "control/cli/doctor/sysroot.h"

#define PCI_DIR       "/sys/bus/pci/devices"
#define CLASS_NIC     "0x0200" /* network controller, Ethernet */
#define CAP_NET_ADMIN 12u
#define CAP_NET_RAW   13u

/* Drivers that hand the card to a program in user space. */
static bool is_user_driver(const char *driver)
{
        return strcmp(driver, "vfio-pci") == 0 || strcmp(driver, "uio_pci_generic") == 0 ||
               strcmp(driver, "igb_uio") == 0;
}

/* Drivers that share the card with DPDK and must stay. */
static bool is_shared_driver(const char *driver)
{
        return strcmp(driver, "mlx5_core") == 0 || strcmp(driver, "mlx4_core") == 0 ||
               strcmp(driver, "mana") == 0;
}

/* Does dpdk.interfaces name this card? EAL takes 0000:03:00.0 and the short 03:00.0, each with
 * options behind a comma. */
static bool is_configured(const struct cp_doctor *d, const char *address)
{
        const char *brief = strncmp(address, "0000:", 5) == 0 ? address + 5 : address;

        for (size_t i = 0; i < d->settings->interface_cnt; i++) {
                const char *given = d->settings->interface[i];
                size_t n = strcspn(given, ",");

                if ((strlen(address) == n && strncmp(given, address, n) == 0) ||
                    (strlen(brief) == n && strncmp(given, brief, n) == 0))
                        return true;
        }
        return false;
}

struct cards {
        struct cp_doctor *d;
        unsigned seen;
        unsigned on_uio;
        unsigned on_vfio;
};

static void add_kernel_card(struct cards *c, const char *address, const char *driver)
{
        bool wanted = is_configured(c->d, address);

        cp_doctor_add(c->d, wanted ? CP_DOCTOR_FAIL : CP_DOCTOR_INFO, "devices.nic",
                      "%s is held by the kernel (%s)%s", address, driver[0] ? driver : "no driver",
                      wanted ? ", but dpdk.interfaces names it"
                             : "; bound to vfio-pci it leaves the kernel and "
                               "serves the dataplane");
        cp_doctor_mend(c->d, "sudo modprobe vfio-pci && sudo dpdk-devbind.py --bind=vfio-pci %s",
                       address);
}

static void look_at_card(void *ctx, const char *address)
{
        struct cards *c = ctx;
        char path[512], class_code[32], driver[64];

        snprintf(path, sizeof(path), PCI_DIR "/%s/class", address);
        if (cp_sys_read(c->d->root, path, class_code, sizeof(class_code)) <= 0 ||
            strncmp(class_code, CLASS_NIC, strlen(CLASS_NIC)) != 0)
                return;
        c->seen++;
        snprintf(path, sizeof(path), PCI_DIR "/%s/driver", address);
        cp_sys_link_name(c->d->root, path, driver, sizeof(driver));
        if (is_shared_driver(driver)) {
                cp_doctor_add(c->d, CP_DOCTOR_OK, "devices.nic",
                              "%s stays with %s, which shares it with DPDK", address, driver);
        } else if (is_user_driver(driver)) {
                c->on_vfio += strcmp(driver, "vfio-pci") == 0;
                c->on_uio += strcmp(driver, "vfio-pci") != 0;
                cp_doctor_add(c->d, CP_DOCTOR_OK, "devices.nic", "%s is bound to %s", address,
                              driver);
        } else {
                add_kernel_card(c, address, driver);
        }
}

static void ignore_entry(void *ctx, const char *name)
{
        (void)ctx;
        (void)name;
}

static void check_iommu(struct cp_doctor *d, const struct cards *c)
{
        bool iommu = cp_sys_each(d->root, "/sys/class/iommu", ignore_entry, NULL) > 0;
        bool vfio = cp_sys_exists(d->root, "/sys/module/vfio_pci");
        char text[16];

        cp_sys_read(d->root, "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", text,
                    sizeof(text));
        if (iommu) {
                cp_doctor_add(d, CP_DOCTOR_OK, "devices.iommu", "IOMMU is on, vfio-pci is %s",
                              vfio ? "loaded" : "not loaded");
        } else if (c->on_vfio && text[0] != 'Y') {
                cp_doctor_add(d, CP_DOCTOR_FAIL, "devices.iommu",
                              "no IOMMU: vfio-pci cannot open the card that is bound to it");
                cp_doctor_mend(d, "intel_iommu=on or amd_iommu=on on the kernel's command line; "
                                  "without such hardware: echo Y | sudo tee /sys/module/vfio/"
                                  "parameters/enable_unsafe_noiommu_mode");
        } else {
                cp_doctor_add(d, CP_DOCTOR_INFO, "devices.iommu",
                              "no IOMMU: only virtual devices and shared drivers work as they are");
        }
        if (c->on_uio) {
                cp_doctor_add(d, CP_DOCTOR_WARN, "devices.uio",
                              "a card is bound to a uio driver: it may write anywhere in memory");
                cp_doctor_mend(d, "sudo dpdk-devbind.py --bind=vfio-pci ADDRESS");
        }
}

static void check_packet_sockets(struct cp_doctor *d)
{
        if (!cp_sys_any(d->root, "/usr/lib/*/dpdk/pmds-*/librte_net_af_packet.so*") &&
            !cp_sys_any(d->root, "/usr/local/lib/*/dpdk/pmds-*/librte_net_af_packet.so*")) {
                cp_doctor_add(d, CP_DOCTOR_WARN, "devices.af_packet",
                              "DPDK's net_af_packet driver is not installed: no ports over kernel "
                              "interfaces");
                cp_doctor_mend(d, "sudo apt install librte-net-af-packet23");
        } else if (!cp_sys_exists(d->root, "/proc/net/packet")) {
                cp_doctor_add(d, CP_DOCTOR_WARN, "devices.af_packet",
                              "the kernel has no packet sockets: net_af_packet ports do not work");
                cp_doctor_mend(d, "sudo modprobe af_packet");
        } else if (!cp_doctor_has_cap(d, CAP_NET_RAW) || !cp_doctor_has_cap(d, CAP_NET_ADMIN)) {
                cp_doctor_add(d, CP_DOCTOR_INFO, "devices.af_packet",
                              "net_af_packet is there, but this user may not open packet sockets");
                cp_doctor_mend(d, "start sluice-dataplane as root, or: sudo setcap "
                                  "cap_net_raw,cap_net_admin,cap_ipc_lock+ep "
                                  "$(command -v sluice-dataplane)");
        } else {
                cp_doctor_add(d, CP_DOCTOR_OK, "devices.af_packet",
                              "net_af_packet ports can be opened");
        }
}

void cp_doctor_check_devices(struct cp_doctor *d)
{
        struct cards c = {.d = d};

        cp_sys_each(d->root, PCI_DIR, look_at_card, &c);
        if (c.seen == 0)
                cp_doctor_add(d, CP_DOCTOR_INFO, "devices.nic",
                              "no network card on the PCI bus: use virtual devices "
                              "(net_af_packet, net_af_xdp, net_tap)");
        check_iommu(d, &c);
        check_packet_sockets(d);
}
