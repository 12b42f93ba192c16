// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.Fingerprint;
import io.peerkit.gossip.internal.scope.ScopeSets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares several scopes at once, in one round trip; those that differ get sessions of their own afterwards.
 *
 * <pre>{@code
 *   initiator                                   responder
 *     compare{scopes that both hold, one fingerprint of all} -->
 *     <-- compared{}                                     the same scopes, the same entries
 *     <-- compared{scopes that both hold, a fingerprint of each}                 otherwise
 * }</pre>
 *
 * <p>The responder leaves out what it thinks one of the two does not hold, so that nobody gets at more than the strategy gives it. What
 * agents choose to hold is told along the way.
 */
abstract sealed class ScopeComparison extends SyncMachine {
    final ScopeSets sets;
    private List<String> differing = List.of();
    private boolean same;
    private Optional<Set<String>> peerWishes = Optional.empty();

    ScopeComparison(SyncScope scope, ScopeSets sets, long nonce) {
        this(scope, sets, new EntrySet(), nonce);
    }

    private ScopeComparison(SyncScope scope, ScopeSets sets, EntrySet none, long nonce) {
        super(SyncStart.of(scope, none, none.snapshot(), nonce));
        this.sets = sets;
    }

    /** Whether both sides hold the same scopes of those compared, with the same entries. */
    final boolean isSame() {
        return same;
    }

    final void same(boolean equal) {
        same = equal;
    }

    /** Nothing is brought by it. */
    @Override
    public boolean receiptsFollow() {
        return false;
    }

    /** The scopes that differ, in order. */
    final List<String> differing() {
        return differing;
    }

    /** What the peer chose to hold, if it said so. */
    final Optional<Set<String>> peerWishes() {
        return peerWishes;
    }

    final void differ(List<String> scopes) {
        differing = scopes;
    }

    final void wished(Optional<List<String>> wishes) {
        peerWishes =
                wishes.map(list -> Set.copyOf(list.subList(0, Math.min(list.size(), DistributionStrategy.MAX_SCOPES))));
    }

    static Fingerprint summary(ScopeSets sets, Iterable<String> names, long nonce) {
        return Fingerprint.ofBytes(sets.fingerprints(names, nonce, Fingerprint.LENGTH_BYTES));
    }

    @Override
    public final List<SyncAction> checked(byte[] sum) {
        return List.of();
    }

    @Override
    final List<SyncAction> found(SyncFrame frame) {
        throw unexpected(frame);
    }

    /** The side that opened the stream. */
    static final class Asking extends ScopeComparison {
        private final List<String> scopes;
        private final Optional<List<String>> wishes;

        Asking(SyncScope scope, ScopeSets sets, long nonce, Set<String> scopes, Optional<Set<String>> wishes) {
            super(scope, sets, nonce);
            this.scopes = List.copyOf(new TreeSet<>(scopes));
            this.wishes = wishes.map(set -> List.copyOf(new TreeSet<>(set)));
        }

        @Override
        public List<SyncAction> start() {
            SyncScope scope = start.scope();
            return List.of(new SyncAction.Send(new SyncFrame.Compare(
                    SyncScope.VERSION,
                    scope.networkTag(),
                    scope.epoch(),
                    scope.head(),
                    scopes,
                    summary(sets, scopes, start.nonce()),
                    start.nonce(),
                    wishes)));
        }

        @Override
        List<SyncAction> firstFrame(SyncFrame frame) {
            if (frame instanceof SyncFrame.Busy) {
                return end(SyncAction.Outcome.BUSY);
            }
            if (frame instanceof SyncFrame.Refuse refuse) {
                return end(SyncAction.Outcome.ofRefusal(refuse.reason()));
            }
            if (!(frame instanceof SyncFrame.Compared compared)) {
                throw unexpected(frame);
            }
            wished(compared.wishes());
            same(compared.different().isEmpty());
            if (compared.different().isEmpty()) {
                return end(SyncAction.Outcome.EQUAL);
            }
            differ(differing(compared.different().get()));
            return end(SyncAction.Outcome.DONE);
        }

        private List<String> differing(SyncFrame.Scopes theirs) {
            int length = SyncFrameCodec.SHORT_FINGERPRINT_BYTES;
            byte[] own = sets.fingerprints(theirs.names(), start.nonce(), length);
            Set<String> asked = Set.copyOf(scopes);
            List<String> names = new ArrayList<>();
            for (int i = 0; i < theirs.names().size(); i++) {
                int from = i * length;
                boolean same = Arrays.equals(own, from, from + length, theirs.fingerprints(), from, from + length);
                if (!same && asked.contains(theirs.names().get(i))) {
                    names.add(theirs.names().get(i));
                }
            }
            return names;
        }
    }

    /** The side that was asked. */
    static final class Answering extends ScopeComparison {
        /** Says what both hold, now that it is known what the peer wants. */
        interface Shared {
            Set<String> with(Optional<Set<String>> wishes);
        }

        private final Shared shared;
        private final Optional<List<String>> wishes;

        Answering(SyncScope scope, ScopeSets sets, Shared shared, Optional<Set<String>> wishes) {
            super(scope, sets, 0);
            this.shared = shared;
            this.wishes = wishes.map(set -> List.copyOf(new TreeSet<>(set)));
        }

        @Override
        public List<SyncAction> start() {
            return List.of();
        }

        @Override
        List<SyncAction> firstFrame(SyncFrame frame) {
            if (!(frame instanceof SyncFrame.Compare compare)) {
                throw unexpected(frame);
            }
            Optional<String> objection =
                    start.scope().objection(compare.version(), compare.network(), compare.epoch(), compare.head());
            List<SyncAction> actions = new ArrayList<>();
            if (objection.isPresent()) {
                actions.add(new SyncAction.Send(new SyncFrame.Refuse(objection.get())));
                actions.addAll(end(SyncAction.Outcome.ofRefusal(objection.get())));
                return actions;
            }
            wished(compare.wishes());
            TreeSet<String> agreed = new TreeSet<>(compare.scopes());
            agreed.retainAll(shared.with(peerWishes()));
            long nonce = compare.nonce();
            boolean same = agreed.size() == compare.scopes().size()
                    && summary(sets, agreed, nonce).equals(compare.fingerprint());
            same(same);
            Optional<SyncFrame.Scopes> answer = same
                    ? Optional.empty()
                    : Optional.of(new SyncFrame.Scopes(
                            List.copyOf(agreed),
                            sets.fingerprints(agreed, nonce, SyncFrameCodec.SHORT_FINGERPRINT_BYTES)));
            actions.add(new SyncAction.Send(new SyncFrame.Compared(answer, wishes)));
            actions.addAll(end(same ? SyncAction.Outcome.EQUAL : SyncAction.Outcome.DONE));
            return actions;
        }
    }
}
