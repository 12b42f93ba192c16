// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

/**
 * What push did since a node's start.
 *
 * @param entries entries that came whole and were new
 * @param hops the sum over these of how many nodes each passed on its way
 * @param mostHops the most nodes that one passed
 * @param payloadBytes bytes of all entries that came whole
 * @param duplicateBytes bytes of those among them that were here already
 * @param asks entries that peers were asked for
 * @param asksAgain how many of these questions were repeated at another peer
 * @param moves shorter ways taken
 * @param prunesSent links that this node took out of a tree
 * @param graftsRefused wishes of peers to be in a tree that were not granted
 * @param announcementsIgnored announcements of peers that had announced too much that never came
 * @param wantsOverBudget ids that peers asked for beyond what they may
 */
public record SpreadFigures(
        long entries,
        long hops,
        int mostHops,
        long payloadBytes,
        long duplicateBytes,
        long asks,
        long asksAgain,
        long moves,
        long prunesSent,
        long graftsRefused,
        long announcementsIgnored,
        long wantsOverBudget) {}
