// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SealerTest {
    private static final long SEED = Long.getLong("peerkit.seed", 20_260_212L);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final KeyRing RING = KeyRing.fresh(RANDOM);
    private static final Place PLACE = Place.of(Place.Kind.RECORD, new byte[] {1, 2, 3});
    private final Sealer sealer = new Sealer(RING, RANDOM);

    @Test
    void seal_lengths_openedAgainAndLongerByTheOverhead() {
        for (int length : new int[] {0, 1, 15, 16, 17, 1_048_576}) {
            byte[] plain = new byte[length];
            new Random(SEED).nextBytes(plain);
            byte[] sealed = sealer.seal(PLACE, plain);
            assertThat(sealed).hasSize(length + Sealer.OVERHEAD_BYTES);
            assertThat(sealer.open(PLACE, sealed)).isEqualTo(plain);
        }
        assertThat(Sealer.OVERHEAD_BYTES).isEqualTo(45).isLessThanOrEqualTo(Storage.SEALING_BYTES);
    }

    @Test
    void seal_sameTwice_nothingRepeats() {
        byte[] one = sealer.seal(PLACE, new byte[16]);
        byte[] two = sealer.seal(PLACE, new byte[16]);
        assertThat(Arrays.copyOfRange(one, 5, 29)).isNotEqualTo(Arrays.copyOfRange(two, 5, 29));
        assertThat(Arrays.copyOfRange(one, 29, 45)).isNotEqualTo(Arrays.copyOfRange(two, 29, 45));
    }

    @Test
    void open_anyBitFlipped_refused() {
        byte[] sealed = new Sealer(RING.withNewKey(RANDOM), RANDOM).seal(PLACE, new byte[100]);
        Sealer both = new Sealer(RING.withNewKey(RANDOM), RANDOM);
        for (int bit = 0; bit < 8 * sealed.length; bit++) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> both.open(PLACE, flipped)).isInstanceOf(StorageException.class);
        }
    }

    @Test
    void open_inAnotherPlace_refused() {
        byte[] sealed = sealer.seal(PLACE, new byte[10]);
        for (Place other : new Place[] {
            Place.of(Place.Kind.CHUNK, new byte[] {1, 2, 3}),
            Place.of(Place.Kind.RECORD, new byte[] {1, 2}),
            Place.of(Place.Kind.RECORD, new byte[] {1, 2, 4})
        }) {
            assertThatThrownBy(() -> sealer.open(other, sealed))
                    .isInstanceOf(StorageException.class)
                    .hasMessageEndingWith("is not what was sealed there; the store is damaged or was changed");
        }
    }

    @Test
    void open_randomAndMutatedBytes_refused() {
        Random random = new Random(SEED);
        byte[] sealed = sealer.seal(PLACE, new byte[50]);
        for (int i = 0; i < 100_000; i++) {
            byte[] input = random.nextInt(4) == 0
                    ? new byte[random.nextInt(100)]
                    : Arrays.copyOf(sealed, random.nextInt(2 * sealed.length));
            if (input.length == sealed.length || (random.nextBoolean() && input.length > 0)) {
                input[random.nextInt(input.length)] ^= (byte) (1 + random.nextInt(255));
            }
            byte[] hostile = input;
            assertThatThrownBy(() -> sealer.open(PLACE, hostile))
                    .as("seed %d case %d", SEED, i)
                    .isInstanceOf(StorageException.class);
        }
    }

    @Test
    void open_afterANewKey_bothGenerationsUntilTheOldIsGone() {
        byte[] old = sealer.seal(PLACE, new byte[] {7});
        KeyRing two = RING.withNewKey(RANDOM);
        Sealer both = new Sealer(two, RANDOM);
        assertThat(both.open(PLACE, old)).containsExactly(7);
        assertThat(both.isCurrent(PLACE, old)).isFalse();
        byte[] fresh = both.seal(PLACE, new byte[] {8});
        assertThat(both.isCurrent(PLACE, fresh)).isTrue();
        Sealer alone = new Sealer(two.withCurrentAlone(), RANDOM);
        assertThat(alone.open(PLACE, fresh)).containsExactly(8);
        assertThat(alone.tryOpen(PLACE, old)).isEmpty();
        assertThat(both.tryOpen(PLACE, old)).hasValue(new byte[] {7});
        assertThatThrownBy(() -> alone.open(PLACE, old))
                .isInstanceOf(StorageException.class)
                .hasMessage("a record is sealed by data key 1, which the store does not have; it is damaged");
    }
}
