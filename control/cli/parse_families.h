/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_families.h - which typed reader of the parser reads a header field, and what of its result
 * `sluicectl parse` shows. Private to parse_fields.c and parse_families.c.
 */
#ifndef SLUICE_CONTROL_CLI_PARSE_FAMILIES_H
#define SLUICE_CONTROL_CLI_PARSE_FAMILIES_H

#include "parser/sip_value.h"

/* What a member of a result is. All but flags are left out when they are absent. */
enum cp_cli_how {
        CP_CLI_SPAN = 0,  /* struct sip_span */
        CP_CLI_DECODED,   /* struct sip_span with escapes of a URI, shown decoded */
        CP_CLI_ADDR,      /* struct sip_addr */
        CP_CLI_URI,       /* struct sip_uri */
        CP_CLI_NUMBER,    /* uint32_t or SIP_VALUE_ABSENT */
        CP_CLI_COUNT,     /* uint16_t */
        CP_CLI_PORT,      /* uint16_t, 0 when absent */
        CP_CLI_Q,         /* uint16_t or SIP_VALUE_NO_Q */
        CP_CLI_FLAG,      /* bool */
        CP_CLI_REFRESHER, /* uint8_t, enum sip_refresher */
};

struct cp_cli_shown {
        const char *key;
        uint16_t at; /* offset in the result */
        uint8_t how; /* enum cp_cli_how */
};

enum cp_cli_form {
        CP_CLI_ONE = 0, /* one value */
        CP_CLI_LIST,    /* elements with commas between */
        CP_CLI_SCHEMES, /* challenges or credentials, whose reader takes the comma too */
};

/* Octets that the largest result has; parse_fields.c keeps one. */
#define CP_CLI_RESULT_BYTES 512u

struct cp_cli_family {
        enum sip_hdr_id id;
        uint8_t form; /* enum cp_cli_form */
        uint8_t shown_cnt;
        enum sip_value (*read)(struct sip_cur *c, void *out);
        const struct cp_cli_shown *shown;
};

/* The family of a header field, NULL when it has none. */
const struct cp_cli_family *cp_cli_family(enum sip_hdr_id id);

#endif
