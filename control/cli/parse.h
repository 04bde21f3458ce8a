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
 * The keys of the JSON are in sluicectl(1), JSON OF PARSE; they are stable. What the message does not
 * have is null, or left out within objects that say so there.
 *
 * Returns the exit code: 0 when no message was rejected, 1 when one was, 2 for a usage error or a
 * file that cannot be read (the others are still parsed).
 */
int cp_cli_parse(int argc, char **argv);

#endif
