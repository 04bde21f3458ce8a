/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.h - `sluice-dataplane --replay IN`: a capture through the same chain, without a NIC, root
 * or huge pages.
 *
 *   IN → ring → rx, decap ... act, tx → rings → OUT
 *                     ⇅ the contract's rings
 *              control's logic → EVENTS
 *
 * Every frame enters at the outside port. Time is capture time: it stands still while a message is
 * being decided, so no deadline passes that would not have passed on the wire, and a replay gives
 * the same verdicts each time.
 */
#ifndef SLUICE_DATAPLANE_REPLAY_H
#define SLUICE_DATAPLANE_REPLAY_H

/*
 * Parses its own options, starts EAL, and returns the exit status: 0 every frame accounted for,
 * 1 not, 2 usage, or a file that can not be read or written (one line on standard error).
 */
int dp_replay_main(int argc, char **argv);

#endif
