/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/control_send.h"

#include "parser/sip_parse.h"

/* A request that says of itself what the record says of it. */
static bool is_ours(struct dp_control_send *self, const struct shm_send *rec)
{
        const struct dp_proxy_addr from = {rec->from, rec->from_port};
        const struct sip_msg *m = &self->msg;
        struct dp_proxy_addr via;

        if (dp_proxy_self_of(self->proxy, &from) == NULL ||
            sip_parse((const uint8_t *)(rec + 1), rec->msg_len, &self->msg) != SIP_ANOM_NONE ||
            m->kind != SIP_KIND_REQUEST || m->via_cnt != 1)
                return false;
        via.port = m->via.port != 0 ? m->via.port : DP_PROXY_PORT_DEFAULT;
        return dp_proxy_host_ip(m->buf, m->via.host, &via.ip) && dp_proxy_addr_equal(&via, &from);
}

bool dp_control_send(struct dp_control_send *self, const struct shm_send *rec, uint64_t now_ns)
{
        const struct dp_datagram d = {
            .to = rec->to.ip,
            .to_port = rec->to.port,
            .from_port = rec->from_port,
            .payload = (const uint8_t *)(rec + 1),
            .payload_len = rec->msg_len,
        };
        struct dp_edge_path path;

        if (!is_ours(self, rec))
                return false;
        if (dp_edge_net_path(self->send->net, &rec->to.ip, &path) != SHM_REASON_NONE ||
            !dp_edge_net_owns(&self->send->net->side[path.side], &rec->from)) {
                self->send->counters->control_lost++;
                return true;
        }
        path.from = rec->from;
        dp_track_sent(self->track, &self->msg, &rec->to.ip, now_ns);
        dp_send_control(self->send, &path, &d, now_ns);
        return true;
}
