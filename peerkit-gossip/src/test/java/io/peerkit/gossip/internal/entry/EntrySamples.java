// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NetworkId;
import io.peerkit.api.gossip.EntryHeader;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Headers for tests. */
public final class EntrySamples {
    public static final NetworkId NETWORK = NetworkId.named("test");
    public static final long NOW_MILLIS = 1_750_000_000_000L;

    private EntrySamples() {}

    public static EntryHeader header(AgentId author, byte[] blob, long time) {
        return new EntryHeader(
                NETWORK,
                author,
                time,
                1,
                Optional.empty(),
                EntryHeader.KIND_BLOB,
                BlobHash.ofBlob(blob),
                blob.length,
                List.of());
    }

    static EntryHeader full(int links, int topicLength) {
        EntryId[] all = new EntryId[links];
        for (int i = 0; i < links; i++) {
            all[i] = EntryId.ofHeader(new byte[] {(byte) i});
        }
        return new EntryHeader(
                NETWORK,
                AgentId.of(new byte[32]),
                -2L,
                -1L,
                Optional.of("\u20ac".repeat(topicLength)),
                255,
                BlobHash.ofBlob(new byte[0]),
                1_048_576,
                Arrays.asList(all));
    }
}
