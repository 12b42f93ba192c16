// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.WireEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

class PushQueueTest {
    private static final long ROUTE = 77;

    private final PushQueue queue = new PushQueue();

    private static EntryKey key(int number) {
        return new EntryKey(number, EntryId.ofHeader(new byte[] {(byte) (number >> 8), (byte) number}));
    }

    private static WireEntry entry(int blobBytes) {
        return new WireEntry(new byte[90], new byte[blobBytes]);
    }

    @Test
    void next_smallEntries_oneFrameUpToItsSize() {
        for (int i = 0; i < 100; i++) {
            queue.entry(key(i), entry(900), ROUTE, 0, 0);
        }
        PushFrame.Entries first = (PushFrame.Entries) queue.next(0).orElseThrow();
        PushFrame.Entries second = (PushFrame.Entries) queue.next(0).orElseThrow();
        assertThat(first.entries()).hasSize(65);
        assertThat(second.entries()).hasSize(35);
        assertThat(queue.next(0)).isEmpty();
    }

    @Test
    void next_largeEntry_goesAlone() {
        queue.entry(key(1), entry(10), ROUTE, 0, 0);
        queue.entry(key(2), entry(100_000), ROUTE, 0, 0);
        queue.entry(key(3), entry(10), ROUTE, 0, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(((PushFrame.Entries) queue.next(0).orElseThrow()).entries())
                    .hasSize(1);
        }
    }

    @Test
    void entry_slowPeer_announcedInstead() {
        queue.entry(key(1), entry(900), ROUTE, 0, PushQueue.MAX_PAYLOAD_BYTES - 1_000);
        queue.entry(key(2), entry(900), ROUTE, 0, PushQueue.MAX_PAYLOAD_BYTES - 1_000);
        assertThat(((PushFrame.Entries) queue.next(0).orElseThrow()).entries()).hasSize(1);
        assertThat(((PushFrame.Announce) queue.next(0).orElseThrow()).keys())
                .isEqualTo(EntryKeys.pack(List.of(key(2))));
        assertThat(queue.takeDirty()).isFalse();
    }

    @Test
    void entry_largestOnAnIdleStream_goesWhole() {
        queue.entry(key(1), entry(1_048_576), ROUTE, 0, 0);
        assertThat(queue.next(0)).containsInstanceOf(PushFrame.Entries.class);
    }

    @Test
    void next_streamFull_nothing() {
        queue.entry(key(1), entry(1), ROUTE, 0, 0);
        assertThat(queue.next(PushQueue.MAX_PAYLOAD_BYTES)).isEmpty();
        assertThat(queue.next(PushQueue.MAX_PAYLOAD_BYTES - 1)).isPresent();
    }

    @Test
    void announce_tooMany_droppedCountedAndDirty() {
        for (int i = 0; i < PushQueue.MAX_ANNOUNCEMENTS; i++) {
            queue.announce(key(i), ROUTE, 3, true);
        }
        assertThat(queue.takeDirty()).isFalse();
        queue.announce(key(1), ROUTE, 3, true);
        assertThat(queue.dropped()).isEqualTo(1);
        assertThat(queue.takeDirty()).isTrue();
        assertThat(queue.takeDirty()).isFalse();
        assertThat(((PushFrame.Announce) queue.next(0).orElseThrow()).keys())
                .hasSize(PushFrameCodec.MAX_KEYS * EntryKeys.KEY_BYTES);
    }

    @Test
    void next_questions_goFirst() {
        queue.announce(key(1), ROUTE, 3, true);
        queue.entry(key(2), entry(1), ROUTE, 0, 0);
        assertThat(queue.ask(key(3).id(), ROUTE)).isTrue();
        assertThat(queue.next(0)).containsInstanceOf(PushFrame.Want.class);
        assertThat(queue.next(0)).containsInstanceOf(PushFrame.Entries.class);
        assertThat(queue.next(0)).containsInstanceOf(PushFrame.Announce.class);
    }

    @Test
    void fetch_wantedIds_onePageAtATimeAndUnreadAgain() {
        queue.wanted(EntryKeys.packIds(List.of(key(1).id(), key(2).id(), key(3).id())));
        List<EntryId> page = queue.fetch(2, 0);
        assertThat(page).containsExactly(key(1).id(), key(2).id());
        assertThat(queue.fetch(2, 0)).isEmpty();
        queue.fetched(List.of(entry(5)), List.of(key(2).id()));
        assertThat(queue.fetch(2, 0)).containsExactly(key(2).id(), key(3).id());
        assertThat(queue.next(0)).containsInstanceOf(PushFrame.Entries.class);
    }

    @Test
    void fetch_muchWaits_later() {
        queue.wanted(EntryKeys.packIds(List.of(key(1).id())));
        assertThat(queue.fetch(2, 262_144)).isEmpty();
        assertThat(queue.fetch(2, 262_143)).hasSize(1);
    }

    @Test
    void wantedAndAsked_tooMany_dropped() {
        for (int i = 0; i < PushQueue.MAX_WANTS / 1_024; i++) {
            queue.wanted(new byte[1_024 * 32]);
        }
        assertThat(queue.dropped()).isZero();
        queue.wanted(new byte[32]);
        assertThat(queue.dropped()).isEqualTo(1);
        for (int i = 0; i < PushQueue.MAX_WANTS; i++) {
            assertThat(queue.ask(key(1).id(), ROUTE)).isTrue();
        }
        assertThat(queue.ask(key(1).id(), ROUTE)).isFalse();
    }

    @Test
    void streamLost_emptyAndDirty() {
        queue.entry(key(1), entry(1), ROUTE, 0, 0);
        queue.announce(key(2), ROUTE, 3, true);
        queue.streamLost();
        assertThat(queue.next(0)).isEmpty();
        assertThat(queue.takeDirty()).isTrue();
    }

    @Test
    void next_pushedAndServedEntries_framesOfTheirOwn() {
        queue.entry(key(1), entry(1), ROUTE, 2, 0);
        queue.entry(key(2), entry(1), ROUTE, 2, 0);
        queue.entry(key(3), entry(1), ROUTE, 4, 0);
        queue.wanted(EntryKeys.packIds(List.of(key(4).id())));
        queue.fetch(1, 0);
        queue.fetched(List.of(entry(5)), List.of());
        PushFrame.Entries pushed = (PushFrame.Entries) queue.next(0).orElseThrow();
        assertThat(pushed.runs()).containsExactly(new PushFrame.Run(ROUTE, 2, 2), new PushFrame.Run(ROUTE, 4, 1));
        PushFrame.Entries served = (PushFrame.Entries) queue.next(0).orElseThrow();
        assertThat(served.entries()).hasSize(1);
        assertThat(served.runs()).isEmpty();
    }

    @Test
    void announce_notUrgent_waitsForReleaseUnlessThePeerTellsFirst() {
        queue.announce(key(1), ROUTE, 0, false);
        queue.announce(key(2), ROUTE, 0, false);
        assertThat(queue.next(0)).isEmpty();
        assertThat(queue.isHoldingBack()).isTrue();
        queue.known(key(1).id());
        assertThat(queue.release()).isTrue();
        assertThat(((PushFrame.Announce) queue.next(0).orElseThrow()).keys())
                .isEqualTo(EntryKeys.pack(List.of(key(2))));
        assertThat(queue.release()).isFalse();
    }

    @Test
    void announce_burstOfTenThousand_fewFrames() {
        for (int i = 0; i < 10_000; i++) {
            queue.announce(key(i), ROUTE, 1, false);
        }
        queue.release();
        int frames = 0;
        while (queue.next(0).isPresent()) {
            frames++;
        }
        assertThat(frames).isEqualTo(10);
        assertThat(queue.dropped()).isZero();
    }

    @Test
    void graftAndPrune_sameRoute_graftWins() {
        queue.prune(ROUTE);
        queue.graft(ROUTE);
        queue.prune(ROUTE);
        queue.prune(ROUTE + 1);
        assertThat(queue.next(0)).contains(new PushFrame.Prune(List.of(ROUTE + 1)));
        assertThat(((PushFrame.Want) queue.next(0).orElseThrow()).grafts()).containsExactly(ROUTE);
        assertThat(queue.next(0)).isEmpty();
    }
}
