// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Decides from what is seen, again and again, whether a space may be taken. */
final class LeaseQuestion {
    static final String SHARED = "shared";
    static final String EXCLUSIVE = "exclusive";

    /** What to do now. */
    enum Decision {
        /** Nobody is in the way. */
        TAKE,
        /** Somebody is, who may be dead. */
        WAIT,
        /** It is ours: the answer to the question before was lost. */
        TAKEN
    }

    /**
     * Who has the space open.
     *
     * @param row its row
     * @param shared whether it lets others in
     * @param until the end of its lease
     * @param alive whether that is still to come, on the server's clock
     */
    record Owner(RecordId row, boolean shared, Instant until, boolean alive) {}

    /**
     * The state of a space.
     *
     * @param opened counts openings
     * @param upgrade whether its rows are, in part at least, of an earlier version, which can be brought to this one by one process alone
     * @param owners all that did not close it
     * @param lanes all there are
     */
    record Seen(long opened, boolean upgrade, List<Owner> owners, List<RecordId> lanes) {}

    /**
     * What a taker clears away.
     *
     * @param owners whose leases ran out
     * @param lanes of nobody who is alive
     */
    record Dead(List<RecordId> owners, List<RecordId> lanes) {}

    private final String space;
    private final boolean shared;
    private final byte[] self;
    private final Map<String, Instant> firstSeen = new HashMap<>();

    LeaseQuestion(String space, boolean shared, byte[] self) {
        this.space = space;
        this.shared = shared;
        this.self = self.clone();
    }

    /**
     * Decides.
     *
     * @throws StorageException when somebody is in the way who is alive: its lease was renewed since it was seen first
     */
    Decision decide(Seen seen) {
        Decision decision = Decision.TAKE;
        for (Owner owner : seen.owners()) {
            if (isSelf(owner.row())) {
                return Decision.TAKEN;
            }
            if (owner.alive() && !(shared && owner.shared() && !seen.upgrade())) {
                Instant first = firstSeen.putIfAbsent(
                        java.util.HexFormat.of().formatHex(owner.row().bytesAt(1)), owner.until());
                if (first != null && !first.equals(owner.until())) {
                    throw new StorageException("space " + space
                            + (seen.upgrade()
                                    ? " is being upgraded, or open with an earlier version of Peerkit; close it there, or wait"
                                    : owner.shared()
                                            ? " is open and shared, in another process or this one; open it as shared too"
                                            : " is open already, in another process or this one; close it there"));
                }
                decision = Decision.WAIT;
            }
        }
        return decision;
    }

    /** Who else has the space open. */
    List<byte[]> others(Seen seen) {
        return seen.owners().stream()
                .filter(owner -> owner.alive() && !isSelf(owner.row()))
                .map(owner -> owner.row().bytesAt(1))
                .toList();
    }

    Dead dead(Seen seen) {
        List<RecordId> owners = new ArrayList<>();
        List<RecordId> lanes = new ArrayList<>(seen.lanes());
        for (Owner owner : seen.owners()) {
            if (owner.alive()) {
                lanes.removeIf(
                        lane -> Arrays.equals(lane.bytesAt(1), owner.row().bytesAt(1)));
            } else {
                owners.add(owner.row());
            }
        }
        return new Dead(owners, lanes);
    }

    private boolean isSelf(RecordId row) {
        return Arrays.equals(row.bytesAt(1), self);
    }
}
