// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.SyncProgress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How far the sessions about one scope with one peer are. Belongs to the node loop. */
final class ScopeProgress {
    /**
     * The most sessions that are not closed: one that compares, and some of which the peer has not told that it stored what it got. Of
     * more the oldest is given up.
     */
    static final int MAX_SESSIONS = 5;

    private static final class Run {
        private final Instant began;
        private final List<ProgressBook.Wait> waits;

        Run(Instant began, List<ProgressBook.Wait> waits) {
            this.began = began;
            this.waits = waits;
        }
    }

    private final String name;
    private final Map<SyncSession, Run> runs = new LinkedHashMap<>();
    private List<ProgressBook.Wait> waits = new ArrayList<>();
    private long done;
    private long withheld;
    private Optional<Instant> since = Optional.empty();
    private Optional<Instant> checked = Optional.empty();

    ScopeProgress(String name) {
        this.name = name;
    }

    void await(ProgressBook.Wait wait) {
        waits.add(wait);
    }

    boolean isAwaited() {
        return !waits.isEmpty();
    }

    void began(SyncSession session, Instant now) {
        runs.put(session, new Run(now, waits));
        waits = new ArrayList<>();
        if (runs.size() > MAX_SESSIONS) {
            runs.keySet().iterator().next().abandon(tooMany(session));
        }
    }

    private static RuntimeException tooMany(SyncSession session) {
        return new PeerUnreachableException(
                "peer " + session.agent() + " did not tell the end of " + MAX_SESSIONS + " sync sessions");
    }

    /** Nothing more comes of a session; false when nobody needs to hear of it. */
    boolean closed(SyncSession session, boolean whole, Instant now) {
        Run run = runs.remove(session);
        if (run == null) {
            return false;
        }
        done += session.storedEntries();
        boolean differed = session.foundDifferences();
        boolean all = whole && !mayFindMore(session);
        boolean news = differed;
        if (whole) {
            withheld = session.withheld();
            checked = Optional.of(run.began);
            news |= since.isEmpty();
            since = since.isEmpty() || differed ? Optional.of(now) : since;
        } else if (differed) {
            since = Optional.empty();
        }
        for (ProgressBook.Wait wait : run.waits) {
            if (!all) {
                waits.add(wait);
            } else if (wait.open().remove(name) && wait.open().isEmpty()) {
                wait.future().complete(null);
            }
        }
        waits.removeIf(wait -> wait.future().isDone());
        return news;
    }

    /** Symbols name entries by short ids, which may lead astray; the next session goes by ranges. */
    private static boolean mayFindMore(SyncSession session) {
        return session.undelivered() > 0 && session.way().equals(Optional.of(SyncFrame.Way.SYMBOLS));
    }

    void doubtful() {
        since = Optional.empty();
    }

    void abandon(Throwable reason) {
        List.copyOf(runs.keySet()).forEach(session -> session.abandon(reason));
    }

    boolean isBusy() {
        return runs.keySet().stream().anyMatch(session -> session.fetching() > 0 || session.owed() > 0);
    }

    SyncProgress.Scope read() {
        long fetching = 0;
        long owed = 0;
        long stored = done;
        for (SyncSession session : runs.keySet()) {
            fetching += session.fetching();
            owed += session.owed();
            stored += session.storedEntries();
        }
        return new SyncProgress.Scope(
                name, new SyncProgress.Counts(fetching, fetching, stored, owed), withheld, since, checked);
    }
}
