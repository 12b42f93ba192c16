// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.StoredEntry;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EntryFeedTest {
    private static final EntryId A = id(1);
    private static final EntryId B = id(2);
    private static final EntryId C = id(3);

    @Test
    void unread_pageFull_whatComesBehindItsLastEntry() {
        assertThat(EntryFeed.unread(List.of(A, B, C), List.of(entry(A), entry(B)), 15))
                .containsExactly(C);
    }

    @Test
    void unread_pageNotFull_othersAreGone() {
        assertThat(EntryFeed.unread(List.of(A, B, C), List.of(entry(A)), 10)).isEmpty();
        assertThat(EntryFeed.unread(List.of(A, B, C), List.of(), 10)).isEmpty();
    }

    private static EntryId id(int number) {
        return EntryId.ofHeader(new byte[] {(byte) number});
    }

    private static StoredEntry entry(EntryId id) {
        return new StoredEntry(id, 1, BlobHash.ofBlob(new byte[0]), new byte[5], Optional.of(new byte[5]));
    }
}
