// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    private static final byte[] VALUE = {1, 2, 3, 4, 5};
    private static final RecordId ROW = new Space("one").id("table", "collection", new byte[] {7});

    @Test
    void open_asSealed_theValue() {
        assertThat(Checksum.open(ROW, Checksum.seal(ROW, VALUE))).isEqualTo(VALUE);
        assertThat(Checksum.open(ROW, Checksum.seal(ROW, new byte[0], 9), 9)).isEmpty();
    }

    @Test
    void open_sameRowOfAnotherSpaceAndNumberOfAnotherType_theValue() {
        byte[] sealed = Checksum.seal(new RecordId("t", List.of("one", 1, new byte[] {7})), VALUE);

        assertThat(Checksum.open(new RecordId("t", List.of("two", 1L, new byte[] {7})), sealed))
                .isEqualTo(VALUE);
    }

    @Test
    void open_inThePlaceOfAnother_refused() {
        byte[] sealed = Checksum.seal(ROW, VALUE, 9);
        Space space = new Space("one");

        assertRefused(space.id("tablf", "collection", new byte[] {7}), sealed, 9);
        assertRefused(space.id("table", "collectiom", new byte[] {7}), sealed, 9);
        assertRefused(space.id("table", "collection", new byte[] {7, 0}), sealed, 9);
        assertRefused(ROW, sealed, 8);
        assertRefused(ROW, new byte[3]);
    }

    private static void assertRefused(RecordId row, byte[] sealed, long... more) {
        assertThatThrownBy(() -> Checksum.open(row, sealed, more))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void open_damagedInAnyWay_refusedOrUnchanged() {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("ChecksumTest: -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        byte[] sealed = Checksum.seal(ROW, VALUE);
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] damaged = Arrays.copyOf(sealed, sealed.length - 2 + random.nextInt(4));
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                assertThat(Checksum.open(ROW, damaged)).as("seed %s", seed).isEqualTo(VALUE);
            } catch (StorageException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(90_000, 99_999);
    }
}
