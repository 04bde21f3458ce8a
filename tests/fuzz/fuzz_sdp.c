/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_sdp.c - any octets as a session description: spans and counts stay inside, and what is
 * called usable has an origin and whole media.
 */
#include "parser/sip_sdp.h"
#include "parser/sip_sdp_value.h"
#include "tests/fuzz/exact.h"

/* Each value on demand, of all lines that have its name. */
static void values(const struct sip_cur *c, struct sip_span section)
{
        static const char *const names[] = {"candidate", "crypto", "group", "curr", "des"};

        for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                struct sip_span rest = section;
                struct sip_span value;

                for (uint32_t left = section.len + 1u;
                     sip_sdp_attribute(c->buf, &rest, names[i], &value); left = rest.len) {
                        struct sip_sdp_candidate candidate;
                        struct sip_sdp_crypto crypto;
                        struct sip_sdp_group group;
                        struct sip_sdp_qos qos;

                        must(rest.len < left);
                        inside(c, rest);
                        inside(c, value);
                        (void)sip_sdp_candidate_parse(c->buf, value, &candidate);
                        inside(c, candidate.rel_address);
                        (void)sip_sdp_crypto_parse(c->buf, value, &crypto);
                        inside(c, crypto.lifetime);
                        (void)sip_sdp_group_parse(c->buf, value, &group);
                        inside(c, group.mids);
                        (void)sip_sdp_qos_parse(c->buf, value,
                                                i == 3 ? SIP_SDP_QOS_CURRENT : SIP_SDP_QOS_DESIRED,
                                                &qos);
                        inside(c, qos.direction);
                }
        }
}

static void attrs(const struct sip_cur *c, const struct sip_sdp_attrs *at)
{
        inside(c, at->conn.address);
        inside(c, at->rtcp_address);
        inside(c, at->crypto_suite);
        inside(c, at->crypto_key);
        inside(c, at->fingerprint_hash);
        inside(c, at->fingerprint);
        inside(c, at->setup);
        inside(c, at->ice_ufrag);
        inside(c, at->ice_pwd);
        inside(c, at->mid);
        inside(c, at->info);
        inside(c, at->section);
        values(c, at->section);
        must(at->direction <= SIP_SDP_INACTIVE);
        must(at->ice_pwd.off == 0 || (at->ice_pwd.len >= 22 && at->ice_pwd.len <= 256));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct sip_sdp s;
        struct sip_anom_set notes;
        struct sip_cur c = exact_cur(data, size, &notes);
        bool ok = sip_sdp_parse(&c, &s);
        unsigned formats = 0;

        must(ok == ((s.anomalies & SIP_SDP_FAULTS) == 0) && c.pos <= c.end);
        must(s.media_cnt <= SIP_SDP_MEDIA_MAX && s.format_cnt <= SIP_SDP_FORMATS_MAX);
        must(s.fault_off <= c.end);
        inside(&c, s.user);
        inside(&c, s.sess_id);
        inside(&c, s.sess_version);
        inside(&c, s.origin_address);
        inside(&c, s.name);
        attrs(&c, &s.attrs);
        for (unsigned i = 0; i < s.media_cnt; i++) {
                const struct sip_sdp_media *m = &s.media[i];

                inside(&c, m->type);
                inside(&c, m->proto);
                attrs(&c, &m->attrs);
                must(m->format_first == formats);
                formats += m->format_cnt;
                if (ok)
                        must(m->type.len > 0 && m->proto.len > 0 && m->format_cnt > 0);
        }
        must(formats == s.format_cnt);
        for (unsigned i = 0; i < s.format_cnt; i++) {
                inside(&c, s.formats[i].fmt);
                inside(&c, s.formats[i].name);
                inside(&c, s.formats[i].params);
        }
        if (ok)
                must(s.user.len > 0 && s.origin_address.len > 0);
        free((uint8_t *)(uintptr_t)c.buf);
        return 0;
}
