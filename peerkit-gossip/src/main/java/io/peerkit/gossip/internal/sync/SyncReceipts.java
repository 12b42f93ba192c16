// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.InvalidBytesException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the two sides of a session tell each other about what they stored: so far once in a while, and in the end once more, when
 * nothing of the session is on its way into the store. No IO, no clock.
 */
final class SyncReceipts {
    /** How far apart the receipts are that are not the last. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private long pending;
    private long stored;
    private long told;
    private boolean lost;
    private Optional<Instant> toldAt = Optional.empty();
    private Optional<SyncFrame.Stored.State> own = Optional.empty();
    private long confirmed;
    private Optional<SyncFrame.Stored.State> peer = Optional.empty();

    /** An entry is on its way into the store. */
    void taken() {
        pending++;
    }

    /** An entry that was taken is stored. */
    void stored() {
        pending--;
        stored++;
    }

    /** An entry that was taken will not be stored. */
    void dropped() {
        pending--;
        lost = true;
    }

    /** An entry is here, or need not be. */
    void passedOver() {
        stored++;
    }

    /** An entry is wrong. */
    void refused() {
        lost = true;
    }

    /** The entries of the session on their way into the store. */
    long pending() {
        return pending;
    }

    /** What to tell the peer now, if there is news and the last is some time ago. */
    Optional<SyncFrame.Stored> news(Instant now) {
        boolean rested = toldAt.map(last -> now.isBefore(last) || !now.isBefore(last.plus(INTERVAL)))
                .orElse(true);
        if (own.isPresent() || stored == told || !rested) {
            return Optional.empty();
        }
        // Not at once: a short session tells in the end only.
        boolean first = toldAt.isEmpty();
        toldAt = Optional.of(now);
        if (first) {
            return Optional.empty();
        }
        told = stored;
        return Optional.of(new SyncFrame.Stored(stored, SyncFrame.Stored.State.GOING));
    }

    /**
     * The session is over and nothing of it is pending.
     *
     * @param whole whether nothing that was on its way besides was lost
     * @return what to tell the peer
     */
    SyncFrame.Stored last(boolean whole) {
        own = Optional.of(whole && !lost ? SyncFrame.Stored.State.WHOLE : SyncFrame.Stored.State.LOST);
        return new SyncFrame.Stored(stored, own.get());
    }

    /**
     * The peer tells.
     *
     * @param frame what it says
     * @param sent the entries that were sent to it
     * @param ended whether this side has ended the session
     * @throws InvalidBytesException when it cannot be
     */
    void came(SyncFrame.Stored frame, long sent, boolean ended) {
        boolean last = frame.state() != SyncFrame.Stored.State.GOING;
        if (peer.isPresent() || (last && !ended)) {
            throw new InvalidBytesException("receipt out of place");
        }
        // Each brings something, so that there are no more of them than entries.
        if (frame.entries() > sent || frame.entries() < confirmed || (!last && frame.entries() == confirmed)) {
            throw new InvalidBytesException(
                    "receipt for " + frame.entries() + " entries of " + sent + " after one for " + confirmed);
        }
        confirmed = frame.entries();
        peer = last ? Optional.of(frame.state()) : Optional.empty();
    }

    /** How many entries the peer has stored, as it says. */
    long confirmed() {
        return confirmed;
    }

    /** Whether both sides have told all. */
    boolean isOver() {
        return own.isPresent() && peer.isPresent();
    }

    /** Whether nothing was lost on either side. */
    boolean isWhole() {
        return own.equals(Optional.of(SyncFrame.Stored.State.WHOLE))
                && peer.equals(Optional.of(SyncFrame.Stored.State.WHOLE));
    }
}
