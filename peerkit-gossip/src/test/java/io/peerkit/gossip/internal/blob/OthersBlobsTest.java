// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OthersBlobsTest {
    private static final EntryId ENTRY = EntryId.of(new byte[32]);
    private static final BlobHash BLOB = BlobHash.of(new byte[32]);

    private final List<BlobHash> queued = new ArrayList<>();
    private final OthersBlobs others = new OthersBlobs((entry, blob) -> queued.add(blob));

    @Test
    void tick_patienceOver_queuedThenAndOnce() {
        others.heard(ENTRY, BLOB);
        for (int i = 1; i < OthersBlobs.PATIENCE_TICKS; i++) {
            others.tick();
        }
        assertThat(queued).isEmpty();

        others.tick();
        others.tick();
        assertThat(queued).containsExactly(BLOB);
    }

    @Test
    void heard_moreThanMayWait_theOldestQueued() {
        for (int i = 0; i < OthersBlobs.MAX_WAITING; i++) {
            others.heard(ENTRY, BLOB);
        }
        assertThat(queued).isEmpty();

        others.heard(ENTRY, BLOB);
        assertThat(queued).hasSize(1);
    }
}
