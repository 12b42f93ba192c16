// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.gossip.SpreadFigures;

/** What push did since the start. Belongs to the node loop. */
public final class PushFigures {
    private long entries;
    private long hops;
    private int mostHops;
    long payloadBytes;
    long duplicateBytes;
    long asks;
    long asksAgain;
    long ignored;
    long moves;
    long prunesSent;
    long graftsRefused;
    long overBudget;

    void arrived(int byHops) {
        entries++;
        hops += byHops;
        mostHops = Math.max(mostHops, byHops);
    }

    /** The figures of this moment. */
    public SpreadFigures read() {
        return new SpreadFigures(
                entries,
                hops,
                mostHops,
                payloadBytes,
                duplicateBytes,
                asks,
                asksAgain,
                moves,
                prunesSent,
                graftsRefused,
                ignored,
                overBudget);
    }
}
