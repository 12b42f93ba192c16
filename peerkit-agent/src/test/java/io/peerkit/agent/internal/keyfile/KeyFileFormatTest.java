// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.agent.Mutation;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class KeyFileFormatTest {
    private static final long SEED = Long.getLong("peerkit.seed", 20_260_104L);
    private static final Optional<byte[]> NONE = Optional.empty();
    private static final Optional<byte[]> PASSPHRASE = Optional.of("pass".getBytes(StandardCharsets.UTF_8));
    private static final ScryptCost CHEAP = new ScryptCost(ScryptCost.MIN_LOG_N, 1);
    private static final byte[] SECRET =
            HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

    @Test
    void encode_plain_isTheRecordedFile() {
        String recorded = "a4" + "646b657973" + "a1" + "66736563726574" + "5820"
                + HexFormat.of().formatHex(SECRET)
                + "65636865636b" + "5820"
                + HexFormat.of().formatHex(sha256(keys(KeyFileFormat.encode(SECRET))))
                + "66666f726d6174" + "6c" + "706565726b69742d6b657973"
                + "6776657273696f6e" + "01";
        assertThat(HexFormat.of().formatHex(KeyFileFormat.encode(SECRET))).isEqualTo(recorded);
        assertThat(decode(HexFormat.of().parseHex(recorded), NONE)).isEqualTo(SECRET);
    }

    @Test
    void encodeSealed_twice_opensWithThePassphraseAndNothingRepeats() {
        byte[] one = sealed();
        byte[] two = sealed();
        assertThat(decode(one, PASSPHRASE)).isEqualTo(SECRET);
        assertThat(decode(two, PASSPHRASE)).isEqualTo(SECRET);
        assertThat(field(one, "salt")).isNotEqualTo(field(two, "salt"));
        assertThat(field(one, "nonce")).isNotEqualTo(field(two, "nonce"));
        assertThat(field(one, "sealed")).isNotEqualTo(field(two, "sealed"));
        assertThat(HexFormat.of().formatHex(one)).doesNotContain(HexFormat.of().formatHex(SECRET));
    }

    @Test
    void decode_anyBitOfEitherFormFlipped_damaged() {
        for (byte[] file : new byte[][] {KeyFileFormat.encode(SECRET), sealed()}) {
            for (int bit = 0; bit < 8 * file.length; bit++) {
                byte[] flipped = file.clone();
                flipped[bit / 8] ^= (byte) (1 << (bit % 8));
                assertThatThrownBy(() -> decode(flipped, PASSPHRASE)).isInstanceOf(InvalidBytesException.class);
            }
        }
    }

    @Test
    void decode_newerVersion_refusedByName() {
        byte[] newer = changed(KeyFileFormat.encode(SECRET), file -> file.put("version", 2));
        assertThatThrownBy(() -> decode(newer, NONE))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("version of 2, this release reads 1");
    }

    @Test
    void scryptCost_bounds_inPairs() {
        assertThat(new ScryptCost(ScryptCost.MAX_LOG_N, ScryptCost.MAX_P)).isNotNull();
        for (int[] wrong : new int[][] {{9, 1}, {18, 1}, {10, 0}, {10, 9}}) {
            assertThatThrownBy(() -> new ScryptCost(wrong[0], wrong[1])).isInstanceOf(InvalidBytesException.class);
        }
    }

    @Test
    void decode_costOrLengthOutOfBounds_refusedBeforeAnyWork() {
        refusedKeys(keys -> keys.put("log-n", 18), "log-n of 18");
        refusedKeys(keys -> keys.put("log-n", 9), "log-n of 9");
        refusedKeys(keys -> keys.put("p", 9), "p of 9");
        refusedKeys(keys -> keys.put("r", 9), "r of 9");
        refusedKeys(keys -> keys.put("salt", new byte[17]), "salt of 17 bytes");
        refusedKeys(keys -> keys.put("nonce", new byte[11]), "nonce of 11 bytes");
        refusedKeys(keys -> keys.put("sealed", new byte[49]), "sealed of 49 bytes");
        refusedKeys(keys -> keys.put("kdf", "argon2"), "kdf is not scrypt");
        refusedKeys(keys -> keys.put("cipher", "none"), "cipher is not aes-256-gcm");
    }

    @Test
    void decode_sealedChangedByWhoKnowsTheFormat_notOpened() {
        byte[] forged = withKeys(sealed(), keys -> keys.put("sealed", new byte[48]));
        assertThatThrownBy(() -> decode(forged, PASSPHRASE)).isInstanceOf(InvalidSettingException.class);
    }

    @Test
    void decode_randomAndMutatedBytes_refused() {
        Random random = new Random(SEED);
        byte[][] files = {KeyFileFormat.encode(SECRET), sealed()};
        for (int i = 0; i < 100_000; i++) {
            byte[] original = files[i % 2];
            byte[] input = Mutation.of(original, random);
            if (Arrays.equals(input, original)) {
                continue;
            }
            try {
                decode(input, NONE);
            } catch (InvalidBytesException expected) {
                continue;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + SEED + " case " + i, e);
            }
            throw new AssertionError("read with seed " + SEED + " case " + i);
        }
    }

    private static void refusedKeys(Consumer<CborMapBuilder> change, String message) {
        byte[] file = withKeys(sealed(), change);
        assertThatThrownBy(() -> decode(file, PASSPHRASE))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining(message);
    }

    private static byte[] sealed() {
        return KeyFileFormat.encodeSealed(SECRET, PASSPHRASE.orElseThrow(), CHEAP, new SecureRandom());
    }

    private static byte[] decode(byte[] file, Optional<byte[]> passphrase) {
        return KeyFileFormat.decode("key file k", file, passphrase);
    }

    /** Changes the keys and makes the check fit. */
    private static byte[] withKeys(byte[] file, Consumer<CborMapBuilder> change) {
        CborMap keys = replaced(map(file).requireMap("keys"), change);
        return changed(file, builder -> builder.put("keys", keys).put("check", sha256(Cbor.encode(keys))));
    }

    private static byte[] changed(byte[] file, Consumer<CborMapBuilder> change) {
        return Cbor.encode(replaced(map(file), change));
    }

    private static CborMap replaced(CborMap map, Consumer<CborMapBuilder> change) {
        CborMapBuilder changes = CborMap.builder();
        change.accept(changes);
        CborMap changed = changes.build();
        CborMapBuilder merged = CborMap.builder();
        for (String key : map.keys()) {
            merged.put(key, changed.get(key).orElse(map.require(key)));
        }
        return merged.build();
    }

    private static CborMap map(byte[] file) {
        return Cbor.decodeMap("key file", file, CborLimits.of(KeyFileFormat.MAX_BYTES));
    }

    private static byte[] field(byte[] file, String key) {
        return map(file).requireMap("keys").requireBytes(key, 64);
    }

    private static byte[] keys(byte[] file) {
        return Cbor.encode(map(file).requireMap("keys"));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
