// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.agent.Mutation;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.PassphraseCost;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class KeyFileFormatTest {
    private static final long SEED = Long.getLong("peerkit.seed", 20_260_104L);
    private static final SealedBy NONE = new SealedBy.Nothing();
    private static final SealedBy PASSPHRASE = new SealedBy.Passphrase("pass".getBytes(StandardCharsets.UTF_8));
    private static final SealedBy KEY =
            new SealedBy.ApplicationKey(HexFormat.of().parseHex("0f".repeat(32)));
    private static final PassphraseCost CHEAP = new PassphraseCost(32, 1, 4);
    private static final byte[] SECRET =
            HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

    @Test
    void encode_plain_isTheRecordedFile() {
        String recorded = "a4" + "646b657973" + "a1" + "66736563726574" + "5820"
                + HexFormat.of().formatHex(SECRET)
                + "65636865636b" + "5820"
                + HexFormat.of().formatHex(sha256(keys(plain())))
                + "66666f726d6174" + "6c" + "706565726b69742d6b657973"
                + "6776657273696f6e" + "01";
        assertThat(HexFormat.of().formatHex(plain())).isEqualTo(recorded);
        assertThat(decode(HexFormat.of().parseHex(recorded), NONE)).isEqualTo(SECRET);
    }

    @Test
    void encode_sealedTwice_opensAndNothingRepeats() {
        for (SealedBy by : List.of(PASSPHRASE, KEY)) {
            byte[] one = sealed(by);
            byte[] two = sealed(by);
            assertThat(decode(one, by)).isEqualTo(SECRET);
            assertThat(decode(two, by)).isEqualTo(SECRET);
            assertThat(field(one, "salt")).isNotEqualTo(field(two, "salt"));
            assertThat(field(one, "nonce")).isNotEqualTo(field(two, "nonce"));
            assertThat(field(one, "sealed")).isNotEqualTo(field(two, "sealed"));
            assertThat(HexFormat.of().formatHex(one))
                    .doesNotContain(HexFormat.of().formatHex(SECRET));
        }
    }

    /** Made by the release that sealed with scrypt, at the least cost that it reads. */
    @Test
    void decode_fileOfTheScryptRelease_opens() {
        byte[] recorded = HexFormat.of()
                .parseHex(
                        "a4646b657973a8617001617208636b6466667363727970746473616c74505f2187091492b42a007afefb652ce5b9656c6f672d6e0a656e6f6e63654c1908eb7769d49267cc51e582666369706865726b6165732d3235362d67636d667365616c6564583044b41ea108fa8c21cecb9ba49ee8a578e9e011a06f959e0cfd4309b05265e0a9f06606ff9c66fd742c7ca2851cd00e8865636865636b5820792abc0dadf25c72ac512697d5dd25b2d26ca3ecc7be36943bd6e17acb8babf066666f726d61746c706565726b69742d6b6579736776657273696f6e01");
        assertThat(decode(recorded, PASSPHRASE)).isEqualTo(SECRET);
        assertThatThrownBy(() -> decode(recorded, KEY))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("key was given, but key file k is sealed by a passphrase");
    }

    @Test
    void decode_sealedByTheOther_refusedByName() {
        assertThatThrownBy(() -> decode(sealed(KEY), PASSPHRASE))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("passphrase was given, but key file k is sealed by a key");
        assertThatThrownBy(() -> decode(sealed(KEY), NONE))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("key is missing: key file k is sealed by one");
        assertThatThrownBy(() -> decode(sealed(KEY), new SealedBy.ApplicationKey(new byte[32])))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("key does not open key file k");
    }

    @Test
    void decode_anyBitOfEachFormFlipped_damaged() {
        for (SealedBy by : List.of(NONE, PASSPHRASE, KEY)) {
            byte[] file = sealed(by);
            for (int bit = 0; bit < 8 * file.length; bit++) {
                byte[] flipped = file.clone();
                flipped[bit / 8] ^= (byte) (1 << (bit % 8));
                assertThatThrownBy(() -> decode(flipped, by)).isInstanceOf(InvalidBytesException.class);
            }
        }
    }

    /** Who can write the file and make the check fit still cannot change what is beside the secret. */
    @Test
    void decode_describedOtherwiseWithFittingCheck_notOpened() {
        for (Consumer<CborMapBuilder> change : List.<Consumer<CborMapBuilder>>of(
                keys -> keys.put("passes", 2),
                keys -> keys.put("memory-kib", 40),
                keys -> keys.put("lanes", 2),
                keys -> keys.put("salt", new byte[16]),
                keys -> keys.put("nonce", new byte[12]))) {
            byte[] file = withKeys(sealed(), change);
            assertThatThrownBy(() -> decode(file, PASSPHRASE))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage("passphrase does not open key file k");
        }
    }

    @Test
    void decode_newerVersion_refusedByName() {
        byte[] newer = changed(plain(), file -> file.put("version", 3));
        assertThatThrownBy(() -> decode(newer, NONE))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("version of 3, this release reads 1 to 2");
    }

    @Test
    void scryptCost_bounds_inPairs() {
        assertThat(new ScryptCost(ScryptCost.MAX_LOG_N, ScryptCost.MAX_P)).isNotNull();
        for (int[] wrong : new int[][] {{9, 1}, {18, 1}, {10, 0}, {10, 9}}) {
            assertThatThrownBy(() -> new ScryptCost(wrong[0], wrong[1])).isInstanceOf(InvalidBytesException.class);
        }
    }

    @Test
    void argon2Cost_bounds_inPairs() {
        assertThat(new PassphraseCost(262_144, 16, 16)).isNotNull();
        assertThat(new PassphraseCost(8, 1, 1)).isNotNull();
        for (int[] wrong : new int[][] {
            {262_145, 16, 16}, {262_144, 17, 16}, {262_144, 16, 17}, {7, 1, 1}, {15, 1, 2}, {8, 0, 1}, {8, 1, 0}
        }) {
            assertThatThrownBy(() -> new PassphraseCost(wrong[0], wrong[1], wrong[2]))
                    .isInstanceOf(InvalidBytesException.class);
        }
    }

    @Test
    void decode_costOrLengthOutOfBounds_refusedBeforeAnyWork() {
        refusedKeys(keys -> keys.put("memory-kib", 262_145), "memory-kib of 262145");
        refusedKeys(keys -> keys.put("memory-kib", 31), "memory-kib of 31, must be 32 to 262144");
        refusedKeys(keys -> keys.put("passes", 17), "passes of 17");
        refusedKeys(keys -> keys.put("passes", 0), "passes of 0");
        refusedKeys(keys -> keys.put("lanes", 17), "lanes of 17");
        refusedKeys(keys -> keys.put("salt", new byte[17]), "salt of 17 bytes");
        refusedKeys(keys -> keys.put("nonce", new byte[11]), "nonce of 11 bytes");
        refusedKeys(keys -> keys.put("sealed", new byte[49]), "sealed of 49 bytes");
        refusedKeys(keys -> keys.put("kdf", "scrypt"), "kdf is neither argon2id nor hmac-sha256");
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
        byte[][] files = {plain(), sealed()};
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

    private static byte[] plain() {
        return KeyFileFormat.encode(SECRET, NONE, CHEAP, new SecureRandom());
    }

    private static byte[] sealed() {
        return sealed(PASSPHRASE);
    }

    private static byte[] sealed(SealedBy by) {
        return KeyFileFormat.encode(SECRET, by, CHEAP, new SecureRandom());
    }

    private static byte[] decode(byte[] file, SealedBy by) {
        return KeyFileFormat.decode("key file k", file, by);
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
