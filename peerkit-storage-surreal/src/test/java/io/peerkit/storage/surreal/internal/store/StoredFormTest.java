// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StoredFormTest {
    private static final EntryId ID = EntryId.ofHeader(new byte[] {1});
    private static final StoredEntry ENTRY =
            new StoredEntry(ID, -2, BlobHash.ofBlob(new byte[] {2}), new byte[] {3, 4}, Optional.of(new byte[] {5}));

    @Test
    void entry_rowOfIt_readBack() {
        StoredEntry read = StoredForm.entry(ENTRY.key(), StoredForm.data(ENTRY));

        assertThat(read.key()).isEqualTo(ENTRY.key());
        assertThat(read.blobHash()).isEqualTo(ENTRY.blobHash());
        assertThat(read.envelope()).containsExactly(3, 4);
        assertThat(read.blob().orElseThrow()).containsExactly(5);
    }

    @Test
    void entry_emptyOrAbsentBlob_toldApart() {
        StoredEntry empty = new StoredEntry(ID, 1, ENTRY.blobHash(), new byte[0], Optional.of(new byte[0]));
        StoredEntry absent = new StoredEntry(ID, 1, ENTRY.blobHash(), new byte[0], Optional.empty());

        assertThat(StoredForm.entry(empty.key(), StoredForm.data(empty)).blob()).isPresent();
        assertThat(StoredForm.entry(absent.key(), StoredForm.data(absent)).blob())
                .isEmpty();
    }

    @Test
    void keyBegin_keysThatBeginSo_betweenItAndItsEnd() {
        byte[] key = StoredForm.key(ENTRY.key());
        long prefix = ByteBuffer.wrap(key).getLong(Long.BYTES);

        assertThat(Arrays.compareUnsigned(StoredForm.keyBegin(-2, prefix), key)).isNegative();
        assertThat(Arrays.compareUnsigned(key, StoredForm.keyEnd(-2, prefix))).isNegative();
        assertThat(Arrays.compareUnsigned(key, StoredForm.keyEnd(-2, prefix - 1)))
                .isPositive();
        assertThat(Arrays.compareUnsigned(key, StoredForm.keyBegin(-2, prefix + 1)))
                .isNegative();
    }

    @Test
    void key_unsignedTimes_bytesInTheSameOrder() {
        long[] ascending = {0, 1, Long.MAX_VALUE, Long.MIN_VALUE, -1};
        for (int i = 1; i < ascending.length; i++) {
            byte[] before = StoredForm.key(new EntryKey(ascending[i - 1], ID));
            byte[] after = StoredForm.key(new EntryKey(ascending[i], ID));
            assertThat(Arrays.compareUnsigned(before, after)).isNegative();
            assertThat(Arrays.compareUnsigned(after, StoredForm.behindAll())).isNegative();
            assertThat(StoredForm.key(after)).isEqualTo(new EntryKey(ascending[i], ID));
        }
    }

    @Test
    void entry_damagedRow_saidToBeDamaged() {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("StoredFormTest: -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] data = damaged(StoredForm.data(ENTRY), random);
            try {
                assertThat(StoredForm.entry(ENTRY.key(), data)).isNotNull();
            } catch (StorageException e) {
                refused++;
            }
        }
        assertThat(refused).as("seed %s", seed).isBetween(10_000, 99_999);
        assertThatThrownBy(() -> StoredForm.key(new byte[39]))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("39 bytes, must be 40");
    }

    private static byte[] damaged(byte[] bytes, Random random) {
        byte[] changed = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 2)) : bytes;
        if (changed.length > 0 && random.nextBoolean()) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        }
        return changed;
    }
}
