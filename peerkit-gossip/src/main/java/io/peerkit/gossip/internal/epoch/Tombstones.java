// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the deletes of the open epoch say. A delete may come before the entry it names, whose author is not known then: it is a claim,
 * which counts when the entry shows that its author, or the authority, made it.
 */
final class Tombstones {
    private final Map<EntryId, Tombstone> byTarget = new LinkedHashMap<>();
    private final Set<EntryId> deletes = new HashSet<>();

    /** Of one entry. */
    static final class Tombstone {
        // Nearly always one; a list of one is a small object.
        private List<AgentId> claimants = List.of();
        private boolean effective;
        private boolean closed;

        private void add(AgentId claimant) {
            if (!claimants.contains(claimant)) {
                List<AgentId> more = new ArrayList<>(claimants);
                more.add(claimant);
                claimants = List.copyOf(more);
            }
        }

        /** Who asked for it. */
        List<AgentId> claimants() {
            return claimants;
        }

        /** Whether one of them may. */
        boolean isEffective() {
            return effective;
        }

        /** Whether the entry is one of the last snapshot. */
        boolean isClosed() {
            return closed;
        }
    }

    void claim(EntryId delete, AgentId claimant, EntryId target) {
        deletes.add(delete);
        byTarget.computeIfAbsent(target, none -> new Tombstone()).add(claimant);
    }

    /** An entry turned out to be deleted rightly. */
    void confirm(EntryId target, boolean closed) {
        Tombstone tombstone = byTarget.computeIfAbsent(target, none -> new Tombstone());
        tombstone.effective = true;
        tombstone.closed |= closed;
    }

    Optional<Tombstone> of(EntryId target) {
        return Optional.ofNullable(byTarget.get(target));
    }

    boolean isDelete(EntryId entry) {
        return deletes.contains(entry);
    }

    Map<EntryId, Tombstone> all() {
        return Collections.unmodifiableMap(byTarget);
    }

    void clear() {
        byTarget.clear();
        deletes.clear();
    }
}
