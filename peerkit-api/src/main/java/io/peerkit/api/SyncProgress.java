// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How far this node is with the peers it is connected to.
 *
 * <p>What a peer says it has is its word; what it says it stored too. Numbers of a peer that lies are bounded and concern that peer
 * alone.
 *
 * @param connected how many peers that keep entries are connected
 * @param inSync how many of them are {@linkplain Peer#isInSync in sync}
 * @param since since when so many are: when the last of them came in sync; empty when none is
 * @param peers the connected peers, those with the most to do first, at most {@value #MAX_PEERS}; the numbers above count all
 */
public record SyncProgress(int connected, int inSync, Optional<Instant> since, List<Peer> peers) {
    /** The most peers that are listed. */
    public static final int MAX_PEERS = 256;

    /** Copies the list. */
    public SyncProgress {
        peers = List.copyOf(peers);
    }

    /**
     * Sums up peers.
     *
     * @param all of them, in any order
     * @return the progress
     */
    public static SyncProgress of(List<Peer> all) {
        List<Peer> synced = all.stream().filter(Peer::isInSync).toList();
        return new SyncProgress(
                all.size(),
                synced.size(),
                synced.stream().flatMap(peer -> peer.since().stream()).max(Comparator.naturalOrder()),
                all.stream()
                        .sorted(Comparator.comparingLong((Peer peer) ->
                                        peer.total().missing() + peer.total().owed())
                                .reversed())
                        .limit(MAX_PEERS)
                        .toList());
    }

    /**
     * Sums up what is listed.
     *
     * @return an entry that two peers have counts twice in {@link Counts#missing}
     */
    public Counts total() {
        return peers.stream().map(Peer::total).reduce(Counts.NONE, Counts::plus);
    }

    /**
     * Numbers of entries.
     *
     * @param missing the peer has them, as far as is known, and this node does not yet
     * @param fetching of those, asked of this peer or on the way from it or into the store
     * @param done came from this peer since it connected and are stored
     * @param owed this node has them, the peer does not, as far as is known, and has not said that it stored them. By push: those that
     *     wait to be sent to it or announced
     */
    public record Counts(long missing, long fetching, long done, long owed) {
        /** Nothing at all. */
        public static final Counts NONE = new Counts(0, 0, 0, 0);

        /**
         * Adds up.
         *
         * @param other further numbers
         * @return the sums
         */
        public Counts plus(Counts other) {
            return new Counts(missing + other.missing, fetching + other.fetching, done + other.done, owed + other.owed);
        }
    }

    /**
     * A connected node of a peer.
     *
     * @param agentId who
     * @param scopes the sets that are reconciled with it
     * @param pushed what travels beside the sessions
     */
    public record Peer(AgentId agentId, List<Scope> scopes, Counts pushed) {
        /** Copies the list. */
        public Peer {
            scopes = List.copyOf(scopes);
        }

        /**
         * Sums up scopes and push.
         *
         * @return the sums
         */
        public Counts total() {
            return scopes.stream().map(Scope::counts).reduce(pushed, Counts::plus);
        }

        /**
         * Whether the latest word is that each has what the other has.
         *
         * @return true when all scopes were found in sync, and nothing is known to be missing on either side since
         */
        public boolean isInSync() {
            Counts sum = total();
            return sum.missing() == 0 && sum.owed() == 0 && since().isPresent();
        }

        /**
         * Since when all scopes are in sync.
         *
         * @return the latest of theirs; empty when one is not
         */
        public Optional<Instant> since() {
            return scopes.stream().allMatch(scope -> scope.since().isPresent())
                    ? scopes.stream().flatMap(scope -> scope.since().stream()).max(Comparator.naturalOrder())
                    : Optional.empty();
        }
    }

    /**
     * A set of entries that is reconciled with a peer.
     *
     * @param name {@code all} is everything
     * @param counts of sessions
     * @param withheld entries that the peer named and did not give when it was last asked, such as those whose payload its
     *     application declined
     * @param since since when sessions find nothing that was missing for long; empty when the first has not ended yet, or something was
     *     lost since the last
     * @param checked when the last session began that ended well: both had then what either had
     */
    public record Scope(
            String name, Counts counts, long withheld, Optional<Instant> since, Optional<Instant> checked) {}
}
