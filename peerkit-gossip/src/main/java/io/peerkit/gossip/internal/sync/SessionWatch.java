// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.gossip.NodeLoop;
import java.time.Duration;

/** Looks twice per patience whether a session moves, so that steps of the wall clock do not matter. Belongs to the node loop. */
final class SessionWatch {
    /**
     * How many half patiences a session may last, an hour at 30 s. A peer that always makes a little progress would
     * otherwise keep the snapshot, and with it old versions of the whole set, for ever. What came by then is stored, and
     * the next session goes on from there.
     */
    static final int MAX_LOOKS = 240;

    /** What is watched. */
    interface Session {
        /** Whether the peer could do something: while this node brakes it cannot. */
        boolean isBraking();

        /** A budget of time is spent. */
        void spent(SyncBudget budget, String why);
    }

    private final NodeLoop loop;
    private final Duration half;
    private final Session session;
    private NodeLoop.Timer timer;
    private boolean progress = true;
    private int still;
    private int looks;

    SessionWatch(NodeLoop loop, Duration patience, Session session) {
        this.loop = loop;
        this.half = patience.dividedBy(2);
        this.session = session;
        this.timer = loop.schedule(half, this::look);
    }

    private void look() {
        still = progress || session.isBraking() ? 0 : still + 1;
        progress = false;
        if (++looks > MAX_LOOKS) {
            session.spent(SyncBudget.TIME, "longer than " + half.multipliedBy(MAX_LOOKS) + "; another goes on");
        } else if (still >= 2) {
            session.spent(SyncBudget.PATIENCE, "without progress for " + half.multipliedBy(2));
        } else {
            timer = loop.schedule(half, this::look);
        }
    }

    /** Something moved. */
    void progress() {
        progress = true;
    }

    /** How often it looked. */
    int looks() {
        return looks;
    }

    void cancel() {
        timer.cancel();
    }
}
