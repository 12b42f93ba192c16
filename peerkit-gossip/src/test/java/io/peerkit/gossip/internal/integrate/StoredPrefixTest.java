// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StoredPrefixTest {
    private final StoredPrefix prefix = new StoredPrefix();

    @Test
    void stored_outOfOrder_lastBeforeTheFirstGap() {
        for (int i = 1; i <= 4; i++) {
            prefix.taken(key(i));
        }
        prefix.stored(key(2));
        prefix.stored(key(4));
        assertThat(prefix.last()).isEmpty();

        prefix.stored(key(1));
        assertThat(prefix.last()).isEqualTo(Optional.of(key(2)));
        prefix.stored(key(3));
        assertThat(prefix.last()).isEqualTo(Optional.of(key(4)));
    }

    @Test
    void stored_oneNever_staysBeforeIt() {
        prefix.taken(key(1));
        prefix.taken(key(2));
        prefix.taken(key(3));
        prefix.stored(key(1));
        prefix.stored(key(3));
        assertThat(prefix.last()).isEqualTo(Optional.of(key(1)));
    }

    private static EntryKey key(int number) {
        return new EntryKey(number, EntryId.ofHeader(new byte[] {(byte) number}));
    }
}
