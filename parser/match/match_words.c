/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/match/match_words.h"

#include <string.h>

#include "parser/sip_check.h"

static const char *const kinds[] = {"unreadable", "request", "response", NULL};
static const char *const bools[] = {"no", "yes", NULL};
static const char *const schemes[] = {"none", "sip", "sips", "tel", "urn", "other", NULL};
static const char *const transports[] = {"other", "tcp", "udp", "sctp", NULL};
static const char *const classes[] = {"other",     "register",  "invite", "peer",
                                      "in_dialog", "emergency", NULL};
static const char *const lanes[] = {"unproven", "proven", "peer", "priority", NULL};
static const char *const sides[] = {"outside", "inside", NULL};
static const char *const trusts[] = {"unproven", "proven", "authenticated", "peer", NULL};
static const char *const seens[] = {"none",  "new",      "repeat",      "in_dialog",
                                    "stray", "response", "unsolicited", NULL};

static const char *const *list_of(enum match_field field)
{
        switch (field) {
        case MATCH_FIELD_KIND:
                return kinds;
        case MATCH_FIELD_KNOWN_METHOD:
        case MATCH_FIELD_VIA_COOKIE:
                return bools;
        case MATCH_FIELD_RURI_SCHEME:
        case MATCH_FIELD_FROM_SCHEME:
        case MATCH_FIELD_TO_SCHEME:
                return schemes;
        case MATCH_FIELD_TRANSPORT:
                return transports;
        case MATCH_FIELD_CLASS:
                return classes;
        case MATCH_FIELD_LANE:
                return lanes;
        case MATCH_FIELD_SIDE:
                return sides;
        case MATCH_FIELD_TRUST:
                return trusts;
        case MATCH_FIELD_SEEN:
                return seens;
        default:
                return NULL;
        }
}

const char *match_word(enum match_field field, unsigned number)
{
        const char *const *list = list_of(field);

        if (field == MATCH_FIELD_ANOMALY)
                return number < SIP_ANOM_CNT ? sip_anomaly_name((enum sip_anomaly)number) : NULL;
        for (unsigned i = 0; list != NULL && list[i] != NULL; i++) {
                if (i == number)
                        return list[i];
        }
        return NULL;
}

int match_word_find(enum match_field field, const char *word, size_t len)
{
        const char *w;

        for (unsigned i = 0; (w = match_word(field, i)) != NULL; i++) {
                if (strlen(w) == len && memcmp(w, word, len) == 0)
                        return (int)i;
        }
        return -1;
}

unsigned match_word_transport(uint8_t ip_proto)
{
        return ip_proto == 6 ? 1 : ip_proto == 17 ? 2 : ip_proto == 132 ? 3 : 0;
}
