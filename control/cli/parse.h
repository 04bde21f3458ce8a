/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse.h - `sluicectl parse`: what the parser makes of files.
 */
#ifndef SLUICE_CONTROL_CLI_PARSE_H
#define SLUICE_CONTROL_CLI_PARSE_H

/*
 * parse [--json] [--profile NAME] FILE...; argv[0] is "parse"; argv is changed. NAME is strict,
 * default or lenient. Each file, "-" for standard input, holds one message
 * as one datagram would. Writes to stdout, with --json one line of JSON a file.
 *
 * JSON: file, verdict (accept|normalise|reject), reason (an anomaly's name; null on accept),
 * profile, kind (request|response), method, status, request_uri, call_id, cseq, cseq_method, from_tag, to_tag,
 * via_branch, via_count, content_length, body_offset, headers [{name, value}], anomalies [names].
 * What the message does not have is null. body_offset counts octets of the file, leading line ends
 * included. Names stand as sent; folds in values are one SP. Each octet that is not part of
 * well-formed UTF-8 becomes U+FFFD, since a JSON string cannot hold it.
 *
 * Returns the exit code: 0 when no message was rejected, 1 when one was, 2 for a usage error or a
 * file that cannot be read (the others are still parsed).
 */
int cp_cli_parse(int argc, char **argv);

#endif
