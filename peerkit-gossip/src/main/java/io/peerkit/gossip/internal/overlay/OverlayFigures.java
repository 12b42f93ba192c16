// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

/** What a node's overlay did since the start. Belongs to the node loop. */
public final class OverlayFigures {
    long joins;
    long walksStarted;
    long walksPassed;
    long found;
    long shuffles;
    long evictions;
    long rejected;
    long unasked;
    long overBudget;
    long malformed;

    /** Newcomers that were helped. */
    public long joins() {
        return joins;
    }

    /** Walks begun, for newcomers and for this node. */
    public long walksStarted() {
        return walksStarted;
    }

    /** Walks and shuffles of others passed on. */
    public long walksPassed() {
        return walksPassed;
    }

    /** Walks that ended here with room for their origin. */
    public long found() {
        return found;
    }

    /** Exchanges of cards begun. */
    public long shuffles() {
        return shuffles;
    }

    /** Neighbours that had to make room. */
    public long evictions() {
        return evictions;
    }

    /** Requests to be a neighbour that were refused. */
    public long rejected() {
        return rejected;
    }

    /** Answers dropped because nobody had asked for them. */
    public long unasked() {
        return unasked;
    }

    /** Messages dropped because the peer sent too many. */
    public long overBudget() {
        return overBudget;
    }

    /** Messages that were malformed. */
    public long malformed() {
        return malformed;
    }
}
