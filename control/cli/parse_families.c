/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers and what of their results is shown: one table of members a result, one row a header
 * field. It is long because the fields of SIP are many; each row is read by itself.
 */
#include "control/cli/parse_families.h"

#include <stddef.h>

#include "parser/sip_accept.h"
#include "parser/sip_auth.h"
#include "parser/sip_body.h"
#include "parser/sip_call_info.h"
#include "parser/sip_contact.h"
#include "parser/sip_dialog.h"
#include "parser/sip_event.h"
#include "parser/sip_geo.h"
#include "parser/sip_history.h"
#include "parser/sip_identity.h"
#include "parser/sip_ims.h"
#include "parser/sip_list.h"
#include "parser/sip_prefs.h"
#include "parser/sip_rack.h"
#include "parser/sip_reason.h"
#include "parser/sip_refer.h"
#include "parser/sip_resource.h"
#include "parser/sip_route.h"
#include "parser/sip_security.h"
#include "parser/sip_session_id.h"
#include "parser/sip_timer.h"
#include "parser/sip_uui.h"
#include "parser/sip_value.h"
#include "parser/sip_via.h"
#include "parser/sip_warning.h"

/* The parser's readers have results of types of their own; a row wants one type for all. */
#define READER(name, call)                                       \
        static enum sip_value name(struct sip_cur *c, void *out) \
        {                                                        \
                return call;                                     \
        }

static const struct cp_cli_shown via_shown[] = {
    {"transport", offsetof(struct sip_via, transport), CP_CLI_SPAN},
    {"host", offsetof(struct sip_via, host), CP_CLI_SPAN},
    {"port", offsetof(struct sip_via, port), CP_CLI_PORT},
    {"branch", offsetof(struct sip_via, branch), CP_CLI_SPAN},
    {"received", offsetof(struct sip_via, received), CP_CLI_SPAN},
    {"maddr", offsetof(struct sip_via, maddr), CP_CLI_SPAN},
    {"rport", offsetof(struct sip_via, has_rport), CP_CLI_FLAG},
    {"rport_value", offsetof(struct sip_via, rport), CP_CLI_PORT},
};

READER(read_via, sip_via_parse(c, out) == SIP_ANOM_NONE ? SIP_VALUE_OK : SIP_VALUE_SYNTAX)

static const struct cp_cli_shown route_shown[] = {
    {"address", offsetof(struct sip_route, addr), CP_CLI_ADDR},
    {"lr", offsetof(struct sip_route, lr), CP_CLI_FLAG},
    {"ob", offsetof(struct sip_route, ob), CP_CLI_FLAG},
};

READER(read_route, sip_route_parse(c, out))

static const struct cp_cli_shown contact_shown[] = {
    {"address", offsetof(struct sip_contact, addr), CP_CLI_ADDR},
    {"q_milli", offsetof(struct sip_contact, q_milli), CP_CLI_Q},
    {"expires", offsetof(struct sip_contact, expires), CP_CLI_NUMBER},
    {"reg_id", offsetof(struct sip_contact, reg_id), CP_CLI_NUMBER},
    {"instance", offsetof(struct sip_contact, instance), CP_CLI_SPAN},
    {"pub_gruu", offsetof(struct sip_contact, pub_gruu), CP_CLI_SPAN},
    {"temp_gruu", offsetof(struct sip_contact, temp_gruu), CP_CLI_SPAN},
    {"ob", offsetof(struct sip_contact, ob), CP_CLI_FLAG},
    {"gruu", offsetof(struct sip_contact, gr), CP_CLI_FLAG},
    {"focus", offsetof(struct sip_contact, focus), CP_CLI_FLAG},
};

READER(read_contact, sip_contact_parse(c, out))

static const struct cp_cli_shown history_shown[] = {
    {"address", offsetof(struct sip_history, addr), CP_CLI_ADDR},
    {"index", offsetof(struct sip_history, index), CP_CLI_SPAN},
    {"from_index", offsetof(struct sip_history, from), CP_CLI_SPAN},
    {"reason", offsetof(struct sip_history, reason), CP_CLI_DECODED},
    {"privacy", offsetof(struct sip_history, privacy), CP_CLI_DECODED},
};

READER(read_history, sip_history_parse(c, out))

static const struct cp_cli_shown diversion_shown[] = {
    {"address", offsetof(struct sip_diversion, addr), CP_CLI_ADDR},
    {"reason", offsetof(struct sip_diversion, reason_name), CP_CLI_SPAN},
    {"counter", offsetof(struct sip_diversion, counter), CP_CLI_NUMBER},
    {"limit", offsetof(struct sip_diversion, limit), CP_CLI_NUMBER},
    {"privacy", offsetof(struct sip_diversion, privacy), CP_CLI_SPAN},
    {"screen", offsetof(struct sip_diversion, screen), CP_CLI_SPAN},
};

READER(read_diversion, sip_diversion_parse(c, out))

static const struct cp_cli_shown refer_to_shown[] = {
    {"address", offsetof(struct sip_refer_to, addr), CP_CLI_ADDR},
    {"method", offsetof(struct sip_refer_to, method), CP_CLI_SPAN},
    {"replaces", offsetof(struct sip_refer_to, replaces), CP_CLI_DECODED},
};

READER(read_refer_to, sip_refer_to_parse(c, out))

static const struct cp_cli_shown referred_by_shown[] = {
    {"address", offsetof(struct sip_referred_by, addr), CP_CLI_ADDR},
    {"cid", offsetof(struct sip_referred_by, cid), CP_CLI_SPAN},
};

READER(read_referred_by, sip_referred_by_parse(c, out))

static const struct cp_cli_shown geo_shown[] = {
    {"address", offsetof(struct sip_geo, addr), CP_CLI_ADDR},
    {"loc_src", offsetof(struct sip_geo, loc_src), CP_CLI_SPAN},
};

READER(read_geo, sip_geo_parse(c, out))

static const struct cp_cli_shown geo_error_shown[] = {
    {"code", offsetof(struct sip_geo_error, code), CP_CLI_NUMBER},
    {"text", offsetof(struct sip_geo_error, text), CP_CLI_SPAN},
};

READER(read_geo_error, sip_geo_error_parse(c, out))

static const struct cp_cli_shown call_info_shown[] = {
    {"address", offsetof(struct sip_call_info, addr), CP_CLI_ADDR},
    {"purpose", offsetof(struct sip_call_info, purpose_name), CP_CLI_SPAN},
};

READER(read_call_info, sip_call_info_parse(c, out))

static const struct cp_cli_shown served_user_shown[] = {
    {"address", offsetof(struct sip_served_user, addr), CP_CLI_ADDR},
    {"session_case", offsetof(struct sip_served_user, session_case), CP_CLI_SPAN},
    {"reg_state", offsetof(struct sip_served_user, reg_state), CP_CLI_SPAN},
    {"after_diversion", offsetof(struct sip_served_user, after_diversion), CP_CLI_FLAG},
};

READER(read_served_user, sip_served_user_parse(c, out))

static const struct cp_cli_shown addr_shown[] = {
    {"address", 0, CP_CLI_ADDR},
};

READER(read_value_addr, sip_value_addr(c, NULL, 0, out, NULL))

static const struct cp_cli_shown access_shown[] = {
    {"type", offsetof(struct sip_access, type), CP_CLI_SPAN},
    {"cell", offsetof(struct sip_access, cell), CP_CLI_SPAN},
    {"dsl", offsetof(struct sip_access, dsl), CP_CLI_SPAN},
    {"node", offsetof(struct sip_access, node), CP_CLI_SPAN},
    {"network_provided", offsetof(struct sip_access, network_provided), CP_CLI_FLAG},
};

READER(read_access, sip_access_parse(c, out))

static const struct cp_cli_shown charging_shown[] = {
    {"icid", offsetof(struct sip_charging, icid), CP_CLI_SPAN},
    {"generated_at", offsetof(struct sip_charging, generated_at), CP_CLI_SPAN},
    {"orig_ioi", offsetof(struct sip_charging, orig_ioi), CP_CLI_SPAN},
    {"term_ioi", offsetof(struct sip_charging, term_ioi), CP_CLI_SPAN},
    {"transit_ioi", offsetof(struct sip_charging, transit_ioi), CP_CLI_SPAN},
};

READER(read_charging, sip_charging_parse(c, out))

static const struct cp_cli_shown charging_addresses_shown[] = {
    {"ccf", offsetof(struct sip_charging_addresses, ccf[0]), CP_CLI_SPAN},
    {"ccf_2", offsetof(struct sip_charging_addresses, ccf[1]), CP_CLI_SPAN},
    {"ecf", offsetof(struct sip_charging_addresses, ecf[0]), CP_CLI_SPAN},
    {"ecf_2", offsetof(struct sip_charging_addresses, ecf[1]), CP_CLI_SPAN},
};

READER(read_charging_addresses, sip_charging_addresses_parse(c, out))

static const struct cp_cli_shown uri_shown[] = {
    {"urn", 0, CP_CLI_URI},
};

READER(read_service, sip_service_parse(c, out))

static const struct cp_cli_shown item_shown[] = {
    {"name", offsetof(struct sip_item, name), CP_CLI_SPAN},
    {"params", offsetof(struct sip_item, params), CP_CLI_SPAN},
};

READER(read_item, sip_item_parse(c, out))

static const struct cp_cli_shown span_shown[] = {
    {"token", 0, CP_CLI_SPAN},
};

READER(read_token, sip_token_parse(c, out))

static const struct cp_cli_shown accept_shown[] = {
    {"type", offsetof(struct sip_accept, type), CP_CLI_SPAN},
    {"subtype", offsetof(struct sip_accept, subtype), CP_CLI_SPAN},
    {"params", offsetof(struct sip_accept, params), CP_CLI_SPAN},
    {"q_milli", offsetof(struct sip_accept, q_milli), CP_CLI_Q},
};

READER(read_accept, sip_accept_parse(c, out))

static const struct cp_cli_shown accept_2_shown[] = {
    {"type", offsetof(struct sip_accept, type), CP_CLI_SPAN},
    {"params", offsetof(struct sip_accept, params), CP_CLI_SPAN},
    {"q_milli", offsetof(struct sip_accept, q_milli), CP_CLI_Q},
};

READER(read_accept_plain, sip_accept_plain_parse(c, out))

static const struct cp_cli_shown disposition_shown[] = {
    {"name", offsetof(struct sip_disposition, name), CP_CLI_SPAN},
    {"handling", offsetof(struct sip_disposition, handling), CP_CLI_SPAN},
    {"optional", offsetof(struct sip_disposition, optional), CP_CLI_FLAG},
};

READER(read_disposition, sip_disposition_parse(c, out))

static const struct cp_cli_shown body_type_shown[] = {
    {"type", offsetof(struct sip_body_type, type), CP_CLI_SPAN},
    {"subtype", offsetof(struct sip_body_type, subtype), CP_CLI_SPAN},
    {"boundary", offsetof(struct sip_body_type, boundary), CP_CLI_SPAN},
};

READER(read_body_type, sip_body_type_parse(c, out))

static const struct cp_cli_shown security_shown[] = {
    {"mechanism", offsetof(struct sip_security, name), CP_CLI_SPAN},
    {"q_milli", offsetof(struct sip_security, q_milli), CP_CLI_Q},
    {"digest_alg", offsetof(struct sip_security, digest_alg), CP_CLI_SPAN},
    {"digest_qop", offsetof(struct sip_security, digest_qop), CP_CLI_SPAN},
    {"digest_verify", offsetof(struct sip_security, digest_verify), CP_CLI_SPAN},
    {"alg", offsetof(struct sip_security, alg), CP_CLI_SPAN},
    {"ealg", offsetof(struct sip_security, ealg), CP_CLI_SPAN},
    {"protocol", offsetof(struct sip_security, protocol), CP_CLI_SPAN},
    {"mode", offsetof(struct sip_security, mode), CP_CLI_SPAN},
    {"spi_c", offsetof(struct sip_security, spi_c), CP_CLI_NUMBER},
    {"spi_s", offsetof(struct sip_security, spi_s), CP_CLI_NUMBER},
    {"port_c", offsetof(struct sip_security, port_c), CP_CLI_NUMBER},
    {"port_s", offsetof(struct sip_security, port_s), CP_CLI_NUMBER},
};

READER(read_security, sip_security_parse(c, out))

static const struct cp_cli_shown features_shown[] = {
    {"params", offsetof(struct sip_features, params), CP_CLI_SPAN},
    {"require", offsetof(struct sip_features, require), CP_CLI_FLAG},
    {"explicit", offsetof(struct sip_features, explicit_match), CP_CLI_FLAG},
};

READER(read_features, sip_features_parse(c, out))

static const struct cp_cli_shown resource_shown[] = {
    {"namespace", offsetof(struct sip_resource, name_space), CP_CLI_SPAN},
    {"priority", offsetof(struct sip_resource, priority), CP_CLI_SPAN},
};

READER(read_resource, sip_resource_parse(c, out))

static const struct cp_cli_shown session_id_shown[] = {
    {"local", offsetof(struct sip_session_id, local), CP_CLI_SPAN},
    {"remote", offsetof(struct sip_session_id, remote), CP_CLI_SPAN},
};

READER(read_session_id, sip_session_id_parse(c, out))

static const struct cp_cli_shown uui_shown[] = {
    {"data", offsetof(struct sip_uui, data), CP_CLI_SPAN},
    {"encoding", offsetof(struct sip_uui, encoding), CP_CLI_SPAN},
    {"purpose", offsetof(struct sip_uui, purpose), CP_CLI_SPAN},
    {"content", offsetof(struct sip_uui, content), CP_CLI_SPAN},
    {"hex", offsetof(struct sip_uui, hex), CP_CLI_FLAG},
};

READER(read_uui, sip_uui_parse(c, out))

static const struct cp_cli_shown warning_shown[] = {
    {"code", offsetof(struct sip_warning, code), CP_CLI_COUNT},
    {"agent", offsetof(struct sip_warning, agent), CP_CLI_SPAN},
    {"text", offsetof(struct sip_warning, text), CP_CLI_SPAN},
};

READER(read_warning, sip_warning_parse(c, out))

static const struct cp_cli_shown reason_shown[] = {
    {"protocol", offsetof(struct sip_reason, name), CP_CLI_SPAN},
    {"cause", offsetof(struct sip_reason, cause), CP_CLI_NUMBER},
    {"text", offsetof(struct sip_reason, text), CP_CLI_SPAN},
};

READER(read_reason, sip_reason_parse(c, out))

static const struct cp_cli_shown event_shown[] = {
    {"type", offsetof(struct sip_event, type), CP_CLI_SPAN},
    {"package", offsetof(struct sip_event, package), CP_CLI_SPAN},
    {"id", offsetof(struct sip_event, id), CP_CLI_SPAN},
};

READER(read_event, sip_event_parse(c, out))

static const struct cp_cli_shown substate_shown[] = {
    {"state", offsetof(struct sip_substate, name), CP_CLI_SPAN},
    {"reason", offsetof(struct sip_substate, reason), CP_CLI_SPAN},
    {"expires", offsetof(struct sip_substate, expires), CP_CLI_NUMBER},
    {"retry_after", offsetof(struct sip_substate, retry_after), CP_CLI_NUMBER},
};

READER(read_substate, sip_substate_parse(c, out))

static const struct cp_cli_shown timer_shown[] = {
    {"seconds", offsetof(struct sip_timer, seconds), CP_CLI_NUMBER},
    {"refresher", offsetof(struct sip_timer, refresher), CP_CLI_REFRESHER},
};

READER(read_session_expires, sip_session_expires_parse(c, out))

READER(read_min_se, sip_min_se_parse(c, out))

static const struct cp_cli_shown retry_after_shown[] = {
    {"seconds", offsetof(struct sip_retry_after, seconds), CP_CLI_NUMBER},
    {"duration", offsetof(struct sip_retry_after, duration), CP_CLI_NUMBER},
    {"comment", offsetof(struct sip_retry_after, comment), CP_CLI_SPAN},
};

READER(read_retry_after, sip_retry_after_parse(c, out))

static const struct cp_cli_shown rack_shown[] = {
    {"rseq", offsetof(struct sip_rack, rseq), CP_CLI_NUMBER},
    {"cseq", offsetof(struct sip_rack, cseq.number), CP_CLI_NUMBER},
    {"method", offsetof(struct sip_rack, cseq.method_name), CP_CLI_SPAN},
};

READER(read_rack, sip_rack_parse(c, out))

static const struct cp_cli_shown dialog_shown[] = {
    {"call_id", offsetof(struct sip_dialog, call_id), CP_CLI_SPAN},
    {"to_tag", offsetof(struct sip_dialog, to_tag), CP_CLI_SPAN},
    {"from_tag", offsetof(struct sip_dialog, from_tag), CP_CLI_SPAN},
    {"early_only", offsetof(struct sip_dialog, early_only), CP_CLI_FLAG},
};

READER(read_dialog_replaces, sip_dialog_parse(c, SIP_DIALOG_REPLACES, out))

static const struct cp_cli_shown dialog_2_shown[] = {
    {"call_id", offsetof(struct sip_dialog, call_id), CP_CLI_SPAN},
    {"to_tag", offsetof(struct sip_dialog, to_tag), CP_CLI_SPAN},
    {"from_tag", offsetof(struct sip_dialog, from_tag), CP_CLI_SPAN},
};

READER(read_dialog_join, sip_dialog_parse(c, SIP_DIALOG_JOIN, out))

static const struct cp_cli_shown dialog_3_shown[] = {
    {"call_id", offsetof(struct sip_dialog, call_id), CP_CLI_SPAN},
    {"local_tag", offsetof(struct sip_dialog, local_tag), CP_CLI_SPAN},
    {"remote_tag", offsetof(struct sip_dialog, remote_tag), CP_CLI_SPAN},
};

READER(read_dialog_target, sip_dialog_parse(c, SIP_DIALOG_TARGET, out))

static const struct cp_cli_shown identity_shown[] = {
    {"header", offsetof(struct sip_identity, header), CP_CLI_SPAN},
    {"payload", offsetof(struct sip_identity, payload), CP_CLI_SPAN},
    {"signature", offsetof(struct sip_identity, signature), CP_CLI_SPAN},
    {"alg", offsetof(struct sip_identity, alg), CP_CLI_SPAN},
    {"ppt", offsetof(struct sip_identity, ppt), CP_CLI_SPAN},
    {"info", offsetof(struct sip_identity, info), CP_CLI_URI},
    {"compact", offsetof(struct sip_identity, compact), CP_CLI_FLAG},
};

READER(read_identity, sip_identity_parse(c, out))

static const struct cp_cli_shown number_shown[] = {
    {"number", 0, CP_CLI_NUMBER},
};

READER(read_value_number, sip_value_number(c, SIP_VALUE_ABSENT - 1, out))

READER(read_rseq, sip_rseq_parse(c, out))

static const struct cp_cli_shown bool_shown[] = {
    {"wanted", 0, CP_CLI_FLAG},
};

READER(read_refer_sub, sip_refer_sub_parse(c, out))

static const struct cp_cli_shown auth_shown[] = {
    {"scheme", offsetof(struct sip_auth, scheme_name), CP_CLI_SPAN},
    {"token68", offsetof(struct sip_auth, token68), CP_CLI_SPAN},
    {"realm", offsetof(struct sip_auth, realm), CP_CLI_SPAN},
    {"nonce", offsetof(struct sip_auth, nonce), CP_CLI_SPAN},
    {"username", offsetof(struct sip_auth, username), CP_CLI_SPAN},
    {"uri", offsetof(struct sip_auth, uri), CP_CLI_SPAN},
    {"response", offsetof(struct sip_auth, response), CP_CLI_SPAN},
    {"algorithm", offsetof(struct sip_auth, algorithm_name), CP_CLI_SPAN},
    {"qop", offsetof(struct sip_auth, qop_list), CP_CLI_SPAN},
    {"cnonce", offsetof(struct sip_auth, cnonce), CP_CLI_SPAN},
    {"opaque", offsetof(struct sip_auth, opaque), CP_CLI_SPAN},
    {"domain", offsetof(struct sip_auth, domain), CP_CLI_SPAN},
    {"auts", offsetof(struct sip_auth, auts), CP_CLI_SPAN},
    {"nextnonce", offsetof(struct sip_auth, nextnonce), CP_CLI_SPAN},
    {"rspauth", offsetof(struct sip_auth, rspauth), CP_CLI_SPAN},
    {"stale", offsetof(struct sip_auth, stale), CP_CLI_FLAG},
    {"userhash", offsetof(struct sip_auth, userhash), CP_CLI_FLAG},
};

READER(read_auth_challenge, sip_auth_parse(c, SIP_AUTH_CHALLENGE, out))

READER(read_auth_credentials, sip_auth_parse(c, SIP_AUTH_CREDENTIALS, out))

READER(read_auth_info, sip_auth_parse(c, SIP_AUTH_INFO, out))

#define ROW(ID, read, shown, form)                                                  \
        {                                                                           \
                SIP_HDR_##ID, form, sizeof(shown) / sizeof((shown)[0]), read, shown \
        }
/* The results that hold most: an address or a URI and much beside it. */
_Static_assert(sizeof(struct sip_auth) <= CP_CLI_RESULT_BYTES, "result too large");
_Static_assert(sizeof(struct sip_contact) <= CP_CLI_RESULT_BYTES, "result too large");
_Static_assert(sizeof(struct sip_history) <= CP_CLI_RESULT_BYTES, "result too large");
_Static_assert(sizeof(struct sip_identity) <= CP_CLI_RESULT_BYTES, "result too large");

static const struct cp_cli_family families[] = {
    ROW(VIA, read_via, via_shown, CP_CLI_LIST),
    ROW(RECORD_ROUTE, read_route, route_shown, CP_CLI_LIST),
    ROW(ROUTE, read_route, route_shown, CP_CLI_LIST),
    ROW(PATH, read_route, route_shown, CP_CLI_LIST),
    ROW(SERVICE_ROUTE, read_route, route_shown, CP_CLI_LIST),
    ROW(CONTACT, read_contact, contact_shown, CP_CLI_LIST),
    ROW(HISTORY_INFO, read_history, history_shown, CP_CLI_LIST),
    ROW(DIVERSION, read_diversion, diversion_shown, CP_CLI_LIST),
    ROW(REFER_TO, read_refer_to, refer_to_shown, CP_CLI_ONE),
    ROW(REFERRED_BY, read_referred_by, referred_by_shown, CP_CLI_ONE),
    ROW(GEOLOCATION, read_geo, geo_shown, CP_CLI_LIST),
    ROW(GEOLOCATION_ROUTING, read_token, span_shown, CP_CLI_ONE),
    ROW(GEOLOCATION_ERROR, read_geo_error, geo_error_shown, CP_CLI_ONE),
    ROW(CALL_INFO, read_call_info, call_info_shown, CP_CLI_LIST),
    ROW(ALERT_INFO, read_call_info, call_info_shown, CP_CLI_LIST),
    ROW(ERROR_INFO, read_call_info, call_info_shown, CP_CLI_LIST),
    ROW(P_SERVED_USER, read_served_user, served_user_shown, CP_CLI_ONE),
    ROW(P_ASSOCIATED_URI, read_value_addr, addr_shown, CP_CLI_LIST),
    ROW(P_CALLED_PARTY_ID, read_value_addr, addr_shown, CP_CLI_LIST),
    ROW(P_PROFILE_KEY, read_value_addr, addr_shown, CP_CLI_LIST),
    ROW(REMOTE_PARTY_ID, read_value_addr, addr_shown, CP_CLI_LIST),
    ROW(P_CHARGE_INFO, read_value_addr, addr_shown, CP_CLI_LIST),
    ROW(REPLY_TO, read_value_addr, addr_shown, CP_CLI_LIST),
    ROW(P_ASSERTED_IDENTITY, read_value_addr, addr_shown, CP_CLI_LIST),
    ROW(P_PREFERRED_IDENTITY, read_value_addr, addr_shown, CP_CLI_LIST),
    ROW(ADDITIONAL_IDENTITY, read_value_addr, addr_shown, CP_CLI_LIST),
    ROW(P_ACCESS_NETWORK_INFO, read_access, access_shown, CP_CLI_LIST),
    ROW(CELLULAR_NETWORK_INFO, read_access, access_shown, CP_CLI_LIST),
    ROW(P_CHARGING_VECTOR, read_charging, charging_shown, CP_CLI_ONE),
    ROW(P_CHARGING_FUNCTION_ADDRESSES, read_charging_addresses, charging_addresses_shown,
        CP_CLI_ONE),
    ROW(P_ASSERTED_SERVICE, read_service, uri_shown, CP_CLI_LIST),
    ROW(P_PREFERRED_SERVICE, read_service, uri_shown, CP_CLI_LIST),
    ROW(P_VISITED_NETWORK_ID, read_item, item_shown, CP_CLI_LIST),
    ROW(INFO_PACKAGE, read_item, item_shown, CP_CLI_LIST),
    ROW(RECV_INFO, read_item, item_shown, CP_CLI_LIST),
    ROW(ALLOW_EVENTS, read_item, item_shown, CP_CLI_LIST),
    ROW(CONTENT_ENCODING, read_item, item_shown, CP_CLI_LIST),
    ROW(CONTENT_LANGUAGE, read_item, item_shown, CP_CLI_LIST),
    ROW(ANSWER_MODE, read_item, item_shown, CP_CLI_LIST),
    ROW(PRIV_ANSWER_MODE, read_item, item_shown, CP_CLI_LIST),
    ROW(PRIORITY, read_item, item_shown, CP_CLI_LIST),
    ROW(SIP_ETAG, read_token, span_shown, CP_CLI_ONE),
    ROW(SIP_IF_MATCH, read_token, span_shown, CP_CLI_ONE),
    ROW(SUPPRESS_IF_MATCH, read_token, span_shown, CP_CLI_ONE),
    ROW(ACCEPT, read_accept, accept_shown, CP_CLI_LIST),
    ROW(ACCEPT_ENCODING, read_accept_plain, accept_2_shown, CP_CLI_LIST),
    ROW(ACCEPT_LANGUAGE, read_accept_plain, accept_2_shown, CP_CLI_LIST),
    ROW(CONTENT_DISPOSITION, read_disposition, disposition_shown, CP_CLI_ONE),
    ROW(CONTENT_TYPE, read_body_type, body_type_shown, CP_CLI_ONE),
    ROW(SECURITY_CLIENT, read_security, security_shown, CP_CLI_LIST),
    ROW(SECURITY_SERVER, read_security, security_shown, CP_CLI_LIST),
    ROW(SECURITY_VERIFY, read_security, security_shown, CP_CLI_LIST),
    ROW(ACCEPT_CONTACT, read_features, features_shown, CP_CLI_LIST),
    ROW(REJECT_CONTACT, read_features, features_shown, CP_CLI_LIST),
    ROW(FEATURE_CAPS, read_features, features_shown, CP_CLI_LIST),
    ROW(RESOURCE_PRIORITY, read_resource, resource_shown, CP_CLI_LIST),
    ROW(ACCEPT_RESOURCE_PRIORITY, read_resource, resource_shown, CP_CLI_LIST),
    ROW(SESSION_ID, read_session_id, session_id_shown, CP_CLI_ONE),
    ROW(USER_TO_USER, read_uui, uui_shown, CP_CLI_LIST),
    ROW(WARNING, read_warning, warning_shown, CP_CLI_LIST),
    ROW(REASON, read_reason, reason_shown, CP_CLI_LIST),
    ROW(EVENT, read_event, event_shown, CP_CLI_ONE),
    ROW(SUBSCRIPTION_STATE, read_substate, substate_shown, CP_CLI_ONE),
    ROW(SESSION_EXPIRES, read_session_expires, timer_shown, CP_CLI_ONE),
    ROW(MIN_SE, read_min_se, timer_shown, CP_CLI_ONE),
    ROW(RETRY_AFTER, read_retry_after, retry_after_shown, CP_CLI_ONE),
    ROW(RACK, read_rack, rack_shown, CP_CLI_ONE),
    ROW(REPLACES, read_dialog_replaces, dialog_shown, CP_CLI_ONE),
    ROW(JOIN, read_dialog_join, dialog_2_shown, CP_CLI_ONE),
    ROW(TARGET_DIALOG, read_dialog_target, dialog_3_shown, CP_CLI_ONE),
    ROW(IDENTITY, read_identity, identity_shown, CP_CLI_LIST),
    ROW(MAX_BREADTH, read_value_number, number_shown, CP_CLI_ONE),
    ROW(FLOW_TIMER, read_value_number, number_shown, CP_CLI_ONE),
    ROW(RSEQ, read_rseq, number_shown, CP_CLI_ONE),
    ROW(REFER_SUB, read_refer_sub, bool_shown, CP_CLI_ONE),
    ROW(WWW_AUTHENTICATE, read_auth_challenge, auth_shown, CP_CLI_SCHEMES),
    ROW(PROXY_AUTHENTICATE, read_auth_challenge, auth_shown, CP_CLI_SCHEMES),
    ROW(AUTHORIZATION, read_auth_credentials, auth_shown, CP_CLI_SCHEMES),
    ROW(PROXY_AUTHORIZATION, read_auth_credentials, auth_shown, CP_CLI_SCHEMES),
    ROW(AUTHENTICATION_INFO, read_auth_info, auth_shown, CP_CLI_ONE),
    ROW(PROXY_AUTHENTICATION_INFO, read_auth_info, auth_shown, CP_CLI_ONE),
};

const struct cp_cli_family *cp_cli_family(enum sip_hdr_id id)
{
        for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
                if (families[i].id == id)
                        return &families[i];
        }
        return NULL;
}
