// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StorageWatcher;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaneWatchTest {
    private static final RecordId LANE = new Space("s").id(Tables.LANE, new byte[] {1}, 0L);
    private static final EntryKey KEY = TestStores.key(5);

    private final List<String> told = new ArrayList<>();
    private final LaneWatch watch = new LaneWatch(new byte[] {2}, new StorageWatcher() {
        @Override
        public void changed(List<EntryKey> added, List<EntryKey> removed) {
            told.add("added " + added + ", removed " + removed);
        }

        @Override
        public void missed() {
            told.add("missed");
        }
    });

    private void news(long seq, byte[] added) {
        watch.changed("UPDATE", Map.of("id", LANE, "seq", seq, "added", added));
    }

    @Test
    void changed_keysOfAnother_told() {
        news(1, Checksum.seal(LANE, StoredForm.key(KEY)));

        assertThat(told).containsExactly("added [" + KEY + "], removed []");
    }

    @Test
    void changed_damagedKeys_missedAndTheNextToldAgain() {
        byte[] damaged = Checksum.seal(LANE, StoredForm.key(KEY));
        damaged[3] ^= 1;
        news(1, damaged);
        news(2, Checksum.seal(LANE, StoredForm.key(KEY)));

        assertThat(told).containsExactly("missed", "added [" + KEY + "], removed []");
    }
}
