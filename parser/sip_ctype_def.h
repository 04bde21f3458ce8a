/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_ctype_def.h - the grammar's character classes (RFC 3261 25.1) as constant expressions of an
 * octet below 0x80; no class has octets above. Private: sip_ctype.c and scan/ make tables of them.
 */
#ifndef SLUICE_PARSER_SIP_CTYPE_DEF_H
#define SLUICE_PARSER_SIP_CTYPE_DEF_H

#define IS_ALPHA(c) (((c) | 0x20) >= 'a' && ((c) | 0x20) <= 'z')
#define IS_DIGIT(c) ((c) >= '0' && (c) <= '9')
#define IS_HEX(c)   (IS_DIGIT(c) || (((c) | 0x20) >= 'a' && ((c) | 0x20) <= 'f'))
#define IS_ALNUM(c) (IS_ALPHA(c) || IS_DIGIT(c))
#define IS_TOKEN(c)                                                                           \
        (IS_ALNUM(c) || (c) == '-' || (c) == '.' || (c) == '!' || (c) == '%' || (c) == '*' || \
         (c) == '_' || (c) == '+' || (c) == '`' || (c) == '\'' || (c) == '~')
#define IS_WORD(c)                                                                            \
        (IS_TOKEN(c) || (c) == '(' || (c) == ')' || (c) == '<' || (c) == '>' || (c) == ':' || \
         (c) == '\\' || (c) == '"' || (c) == '/' || (c) == '[' || (c) == ']' || (c) == '?' || \
         (c) == '{' || (c) == '}')
#define IS_UNRESERVED(c)                                                                      \
        (IS_ALNUM(c) || (c) == '-' || (c) == '_' || (c) == '.' || (c) == '!' || (c) == '~' || \
         (c) == '*' || (c) == '\'' || (c) == '(' || (c) == ')')
#define IS_PASS(c) \
        (IS_UNRESERVED(c) || (c) == '&' || (c) == '=' || (c) == '+' || (c) == '$' || (c) == ',')
#define IS_USER(c) (IS_PASS(c) || (c) == ';' || (c) == '?' || (c) == '/')
#define IS_PARAM(c)                                                                                \
        (IS_UNRESERVED(c) || (c) == '[' || (c) == ']' || (c) == '/' || (c) == ':' || (c) == '&' || \
         (c) == '+' || (c) == '$')
#define IS_HNV(c)                                                                                  \
        (IS_UNRESERVED(c) || (c) == '[' || (c) == ']' || (c) == '/' || (c) == '?' || (c) == ':' || \
         (c) == '+' || (c) == '$')
#define IS_URIC(c)                                                                           \
        (IS_PASS(c) || (c) == ';' || (c) == '/' || (c) == '?' || (c) == ':' || (c) == '@' || \
         (c) == '[' || (c) == ']')
#define IS_HOST(c)     (IS_ALNUM(c) || (c) == '-' || (c) == '.' || (c) == '_')
#define IS_LWS(c)      ((c) == ' ' || (c) == '\t' || (c) == '\r' || (c) == '\n')
#define IS_PVAL(c)     (IS_TOKEN(c) || (c) == '[' || (c) == ']' || (c) == ':')
#define IS_SCHEME(c)   (IS_ALNUM(c) || (c) == '+' || (c) == '-' || (c) == '.')
#define IS_BARE_END(c) ((c) == ',' || (c) == ';' || (c) == '?' || IS_LWS(c))

#endif
