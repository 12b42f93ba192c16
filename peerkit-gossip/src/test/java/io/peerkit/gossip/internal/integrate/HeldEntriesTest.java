// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NetworkId;
import io.peerkit.api.NodeId;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.internal.entry.SealedEntry;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.epoch.EpochLedger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeldEntriesTest {
    private static final EntrySource NOBODY = new EntrySource() {
        @Override
        public AgentId agent() {
            return AgentId.of(new byte[32]);
        }

        @Override
        public NodeId node() {
            return new NodeId("nobody");
        }

        @Override
        public void stored(EntryKey key) {}

        @Override
        public void dropped(EntryKey key) {}

        @Override
        public void storageFailed(EntryKey key, Throwable reason) {}
    };

    private final HeldEntries held = new HeldEntries();

    private static Arrival arrival(int time, int blobBytes) {
        byte[] blob = new byte[blobBytes];
        byte[] seed = {(byte) (time >> 8), (byte) time};
        BlobHash hash = BlobHash.ofBlob(seed);
        EntryHeader header = new EntryHeader(
                NetworkId.named("test"),
                NOBODY.agent(),
                time,
                1,
                Optional.empty(),
                EntryHeader.KIND_BLOB,
                hash,
                blobBytes,
                List.of());
        StoredEntry stored = new StoredEntry(EntryId.ofHeader(seed), time, hash, new byte[0], Optional.of(blob));
        return new Arrival(
                new SealedEntry(stored, header),
                new WireEntry(new byte[0], blob),
                NOBODY,
                Arrival.Way.ORDINARY,
                EpochLedger.Admission.OPEN);
    }

    @Test
    void due_clockReaches_inOrderAndOnce() {
        Arrival late = arrival(20, 1);
        Arrival early = arrival(10, 1);
        held.hold(late, 200);
        held.hold(early, 100);
        held.hold(early, 100);
        assertThat(held.size()).isEqualTo(2);
        assertThat(held.contains(early.entry().stored().key())).isTrue();
        assertThat(held.due(99)).isEmpty();
        assertThat(held.due(100)).containsExactly(early);
        assertThat(held.due(500)).containsExactly(late);
        assertThat(held.size()).isZero();
    }

    @Test
    void hold_tooMany_farthestGoFirstAndAreCounted() {
        for (int i = HeldEntries.MAX_ENTRIES; i > 0; i--) {
            held.hold(arrival(i, 1), i);
        }
        assertThat(held.dropped()).isZero();
        held.hold(arrival(0, 1), 0);
        assertThat(held.size()).isEqualTo(HeldEntries.MAX_ENTRIES);
        assertThat(held.dropped()).isEqualTo(1);
        assertThat(held.contains(
                        arrival(HeldEntries.MAX_ENTRIES, 1).entry().stored().key()))
                .isFalse();
        held.hold(arrival(5_000, 1), 5_000);
        assertThat(held.dropped()).isEqualTo(2);
        assertThat(held.due(0)).hasSize(1);
    }

    @Test
    void hold_tooManyBytes_bounded() {
        for (int i = 0; i < 20; i++) {
            held.hold(arrival(i, 1_048_576), i);
        }
        assertThat(held.size()).isEqualTo(15);
    }
}
