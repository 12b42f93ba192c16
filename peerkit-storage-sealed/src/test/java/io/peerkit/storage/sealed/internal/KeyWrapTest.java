// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.PassphraseCost;
import io.peerkit.api.StorageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class KeyWrapTest {
    private static final long SEED = Long.getLong("peerkit.seed", 20_260_211L);
    private static final PassphraseCost CHEAP = new PassphraseCost(32, 1, 4);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final KeyRing ONE = KeyRing.fresh(RANDOM);
    private static final KeyRing TWO = ONE.withNewKey(RANDOM);

    @Test
    void unwrap_bothKindsAndRings_theSameRing() {
        for (KeySource source : new KeySource[] {passphrase("pass"), key(1)}) {
            for (KeyRing ring : new KeyRing[] {ONE, TWO}) {
                byte[] wrapped = wrap(ring, source);
                assertThat(KeyWrap.unwrap(wrapped, source).encode()).isEqualTo(ring.encode());
                assertThat(wrapped.length).isLessThanOrEqualTo(KeyWrap.MAX_BYTES);
                assertThat(wrap(ring, source)).isNotEqualTo(wrapped);
            }
        }
    }

    @Test
    void unwrap_wrongOrOfTheOtherKind_saidClearlyAndApartFromDamage() {
        refused(wrap(ONE, passphrase("right")), passphrase("wrong"), "the passphrase does not open the sealed store");
        refused(wrap(ONE, key(1)), key(2), "the key does not open the sealed store");
        refused(wrap(ONE, key(1)), passphrase("x"), "the store is sealed by a key, but a passphrase was given");
        refused(wrap(ONE, passphrase("x")), key(1), "the store is sealed by a passphrase, but a key was given");
    }

    @Test
    void unwrap_anyBitFlipped_damaged() {
        byte[] wrapped = wrap(TWO, passphrase("pass"));
        for (int bit = 0; bit < 8 * wrapped.length; bit++) {
            byte[] flipped = wrapped.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> KeyWrap.unwrap(flipped, passphrase("pass")))
                    .isInstanceOf(StorageException.class)
                    .hasMessage("the keys of the sealed store are damaged (check does not fit)");
        }
    }

    /** Who can write the store and make the check fit can ask for no more work than the bounds allow, nor change a thing. */
    @Test
    void unwrap_changedWithFittingCheck_refused() {
        byte[] wrapped = wrap(ONE, passphrase("pass"));
        damaged(changed(wrapped, head -> head.putInt(10, 262_145)), "memory-kib of 262145, must be 32 to 262144");
        damaged(changed(wrapped, head -> head.putInt(10, 31)), "memory-kib of 31");
        damaged(changed(wrapped, head -> head.put(14, (byte) 17)), "passes of 17, must be 1 to 16");
        damaged(changed(wrapped, head -> head.put(15, (byte) 0)), "lanes of 0, must be 1 to 16");
        refused(
                changed(wrapped, head -> head.put(8, (byte) 1)),
                passphrase("pass"),
                "the store is sealed in version 1, this release reads 2");
        damaged(changed(wrapped, head -> head.put(9, (byte) 3)), "kind of 3");
        refused(
                changed(wrapped, head -> head.put(14, (byte) 2)),
                passphrase("pass"),
                "the passphrase does not open the sealed store");
    }

    @Test
    void unwrap_randomAndCutBytes_refused() {
        Random random = new Random(SEED);
        byte[] wrapped = wrap(TWO, key(1));
        for (int i = 0; i < 100_000; i++) {
            byte[] input = random.nextBoolean() ? new byte[random.nextInt(300)] : wrapped.clone();
            if (input.length == wrapped.length) {
                input = Arrays.copyOf(input, random.nextInt(wrapped.length));
            } else {
                random.nextBytes(input);
            }
            byte[] hostile = input;
            assertThatThrownBy(() -> KeyWrap.unwrap(hostile, key(1)))
                    .as("seed %d case %d", SEED, i)
                    .isInstanceOf(StorageException.class);
        }
    }

    @Test
    void keySource_wiped_opensNothing() {
        KeySource source = key(1);
        byte[] wrapped = wrap(ONE, source);
        source.wipe();
        assertThatThrownBy(() -> KeyWrap.unwrap(wrapped, source))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the key was wiped");
    }

    @Test
    void keyRing_text_tellsNoKey() {
        assertThat(TWO).hasToString("KeyRing[generations 1, 2]");
    }

    private static void damaged(byte[] wrapped, String message) {
        assertThatThrownBy(() -> KeyWrap.unwrap(wrapped, passphrase("pass")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining(message);
    }

    private static void refused(byte[] wrapped, KeySource source, String message) {
        assertThatThrownBy(() -> KeyWrap.unwrap(wrapped, source))
                .isInstanceOf(StorageException.class)
                .hasMessage(message);
    }

    private static byte[] changed(byte[] wrapped, Consumer<ByteBuffer> change) {
        byte[] changed = wrapped.clone();
        change.accept(ByteBuffer.wrap(changed));
        byte[] rest = Arrays.copyOf(changed, changed.length - 32);
        try {
            byte[] check = MessageDigest.getInstance("SHA-256").digest(rest);
            System.arraycopy(check, 0, changed, rest.length, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
        return changed;
    }

    private static byte[] wrap(KeyRing ring, KeySource source) {
        return KeyWrap.wrap(ring, source, CHEAP, RANDOM);
    }

    private static KeySource passphrase(String text) {
        return new KeySource(KeySource.Kind.PASSPHRASE, text.getBytes(StandardCharsets.UTF_8));
    }

    private static KeySource key(int first) {
        byte[] key = new byte[32];
        key[0] = (byte) first;
        return new KeySource(KeySource.Kind.KEY, key);
    }
}
