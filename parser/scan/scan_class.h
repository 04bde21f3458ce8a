/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_class.h - what scan.h says of an octet, in terms of the grammar. Private to the kernels.
 */
#ifndef SLUICE_PARSER_SCAN_SCAN_CLASS_H
#define SLUICE_PARSER_SCAN_SCAN_CLASS_H

#include "parser/sip_ctype_def.h"

/* In TOKEN, WORD, PVAL, USER and PARAM alike: what ends a run of these is a stop. */
#define SCAN_IS_RUN(c)                                                                        \
        (IS_ALNUM(c) || (c) == '-' || (c) == '.' || (c) == '!' || (c) == '*' || (c) == '_' || \
         (c) == '+' || (c) == '\'' || (c) == '~')

#endif
