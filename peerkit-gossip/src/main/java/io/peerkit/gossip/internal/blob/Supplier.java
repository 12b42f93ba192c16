// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is known of a peer that may be asked for chunks. */
final class Supplier {
    /** The bytes that a peer is asked for at first. */
    static final int FIRST_WINDOW = 1_048_576;

    /** The most bytes that a peer is asked for at a time; 4 MiB fill a link of 300 MB/s and 10 ms. */
    static final int MAX_WINDOW = 4 * 1_048_576;

    /** A chunk that comes within this time opens the window by its length; in milliseconds. */
    private static final long QUICK_MILLIS = 1_000;

    /** A chunk that takes longer halves the window; in milliseconds. */
    private static final long SLOW_MILLIS = 4_000;

    /** So many answers that a chunk of a blob is absent, one behind the other, and the peer is left alone about that blob. */
    private static final int MAX_ABSENT = 16;

    /** How long a peer is left alone about a blob that it seems not to have; in milliseconds. */
    static final long REST_MILLIS = 10_000;

    private record Asked(int length, long at) {}

    private static final class Standing {
        private int absentInARow;
        private long restsUntil;
    }

    private final NodeId peer;
    private final Map<BlobHash, Asked> asked = new LinkedHashMap<>();
    private final Map<BlobHash, Standing> standings = new LinkedHashMap<>();
    private long window = FIRST_WINDOW;
    private long inFlight;
    private long lastAnswer;
    private long lastHalving;

    Supplier(NodeId peer) {
        this.peer = peer;
    }

    NodeId peer() {
        return peer;
    }

    /** Asks for as many chunks as there is room for: first those that nobody was asked for, then what others owe too long. */
    List<BlobHash> choose(Collection<Want> wants, long now) {
        List<BlobHash> asks = new ArrayList<>();
        choose(wants, false, asks, now);
        choose(wants, true, asks, now);
        return asks;
    }

    private void choose(Collection<Want> wants, boolean again, List<BlobHash> asks, long now) {
        for (Want want : wants) {
            if (!hasRoom(want.length())) {
                return;
            }
            if (want.isFor(peer, again, now)
                    && !asked.containsKey(want.hash())
                    && want.users().stream()
                            .anyMatch(page -> !restsFrom(page.download().blob(), now))) {
                ask(want.hash(), want.length(), now);
                want.asked(peer, now);
                asks.add(want.hash());
            }
        }
    }

    /** One chunk may always be asked for. */
    private boolean hasRoom(int length) {
        return inFlight == 0 || inFlight + length <= window;
    }

    private void ask(BlobHash hash, int length, long now) {
        if (asked.isEmpty()) {
            lastAnswer = now;
        }
        asked.put(hash, new Asked(length, now));
        inFlight += length;
    }

    /** An answer, whatever it is; false when nobody asked. */
    boolean answered(BlobHash hash, boolean present, long now) {
        Asked question = asked.remove(hash);
        if (question == null) {
            return false;
        }
        inFlight -= question.length;
        lastAnswer = now;
        long took = now - question.at;
        if (present && took <= QUICK_MILLIS) {
            window = Math.min(MAX_WINDOW, window + question.length);
        } else if (took > SLOW_MILLIS && now - lastHalving > QUICK_MILLIS) {
            window /= 2;
            lastHalving = now;
        }
        return true;
    }

    /** Notes whether the peer had a chunk of a blob. */
    void judge(BlobHash blob, boolean present, long now) {
        Standing standing = standings.computeIfAbsent(blob, none -> new Standing());
        standing.absentInARow = present ? 0 : standing.absentInARow + 1;
        if (standing.absentInARow >= MAX_ABSENT) {
            standing.absentInARow = 0;
            standing.restsUntil = now + REST_MILLIS;
        }
    }

    boolean restsFrom(BlobHash blob, long now) {
        Standing standing = standings.get(blob);
        return standing != null && standing.restsUntil > now;
    }

    void forget(BlobHash blob) {
        standings.remove(blob);
    }

    /** Whether something was asked and nothing answered for a while. */
    boolean isSilent(long now, long patienceMillis) {
        return !asked.isEmpty() && now - lastAnswer > patienceMillis;
    }
}
