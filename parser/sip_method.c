/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_method.h"

#include <string.h>

#define KNOWN_BYTES_MAX 9u /* SUBSCRIBE */

static const char *const names[SIP_METHOD_CNT] = {
    [SIP_METHOD_OTHER] = "OTHER",
    [SIP_METHOD_INVITE] = "INVITE",
    [SIP_METHOD_ACK] = "ACK",
    [SIP_METHOD_BYE] = "BYE",
    [SIP_METHOD_CANCEL] = "CANCEL",
    [SIP_METHOD_REGISTER] = "REGISTER",
    [SIP_METHOD_OPTIONS] = "OPTIONS",
    [SIP_METHOD_PRACK] = "PRACK",
    [SIP_METHOD_SUBSCRIBE] = "SUBSCRIBE",
    [SIP_METHOD_NOTIFY] = "NOTIFY",
    [SIP_METHOD_PUBLISH] = "PUBLISH",
    [SIP_METHOD_INFO] = "INFO",
    [SIP_METHOD_REFER] = "REFER",
    [SIP_METHOD_MESSAGE] = "MESSAGE",
    [SIP_METHOD_UPDATE] = "UPDATE",
};

/* What the name could be, by its length and an octet that differs among those of that length. */
static enum sip_method candidate(const uint8_t *n, size_t len)
{
        switch (len) {
        case 3:
                return n[0] == 'A' ? SIP_METHOD_ACK : SIP_METHOD_BYE;
        case 4:
                return SIP_METHOD_INFO;
        case 5:
                return n[0] == 'P' ? SIP_METHOD_PRACK : SIP_METHOD_REFER;
        case 6:
                switch (n[0]) {
                case 'I':
                        return SIP_METHOD_INVITE;
                case 'C':
                        return SIP_METHOD_CANCEL;
                case 'N':
                        return SIP_METHOD_NOTIFY;
                default:
                        return SIP_METHOD_UPDATE;
                }
        case 7:
                switch (n[0]) {
                case 'O':
                        return SIP_METHOD_OPTIONS;
                case 'P':
                        return SIP_METHOD_PUBLISH;
                default:
                        return SIP_METHOD_MESSAGE;
                }
        case 8:
                return SIP_METHOD_REGISTER;
        case 9:
                return SIP_METHOD_SUBSCRIBE;
        default:
                return SIP_METHOD_OTHER;
        }
}

enum sip_method sip_method_find(const uint8_t *name, size_t len)
{
        enum sip_method m = candidate(name, len);

        if (m == SIP_METHOD_OTHER || memcmp(name, names[m], len) != 0)
                return SIP_METHOD_OTHER;
        return m;
}

bool sip_method_is_miscased(const uint8_t *name, size_t len)
{
        uint8_t upper[KNOWN_BYTES_MAX];

        if (len > sizeof(upper))
                return false;
        for (size_t i = 0; i < len; i++)
                upper[i] = name[i] >= 'a' && name[i] <= 'z' ? (uint8_t)(name[i] & ~0x20u) : name[i];
        return memcmp(upper, name, len) != 0 && sip_method_find(upper, len) != SIP_METHOD_OTHER;
}

const char *sip_method_name(enum sip_method m)
{
        return (unsigned)m < SIP_METHOD_CNT ? names[m] : names[SIP_METHOD_OTHER];
}
