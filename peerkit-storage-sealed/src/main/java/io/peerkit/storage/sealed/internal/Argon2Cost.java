// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.InvalidBytesException;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * What trying a passphrase costs by Argon2id. The bounds are there because the cost is read from the store before anything in it
 * can be authenticated.
 *
 * @param memoryKib the memory in KiB, 8 for each lane to {@value #MAX_MEMORY_KIB}
 * @param passes how often the memory is gone over, 1 to {@value #MAX_PASSES}
 * @param lanes how many lanes it has, 1 to {@value #MAX_LANES}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9106">RFC 9106, Argon2</a>
 */
record Argon2Cost(int memoryKib, int passes, int lanes) {
    /** 256 MiB. */
    static final int MAX_MEMORY_KIB = 262_144;

    static final int MAX_PASSES = 16;
    static final int MAX_LANES = 16;

    /** The least memory of one lane in KiB. */
    static final int MIN_LANE_KIB = 8;

    /** The second recommendation of RFC 9106 section 4: 64 MiB. */
    static final Argon2Cost STANDARD = new Argon2Cost(65_536, 3, 4);

    private static final int KEY_BYTES = 32;

    Argon2Cost {
        within("passes", passes, 1, MAX_PASSES);
        within("lanes", lanes, 1, MAX_LANES);
        within("memory-kib", memoryKib, MIN_LANE_KIB * lanes, MAX_MEMORY_KIB);
    }

    /** Derives a key of 32 bytes. */
    byte[] derive(byte[] passphrase, byte[] salt) {
        return derive(passphrase, parameters().withSalt(salt).build());
    }

    Argon2Parameters.Builder parameters() {
        return new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(memoryKib)
                .withIterations(passes)
                .withParallelism(lanes);
    }

    static byte[] derive(byte[] passphrase, Argon2Parameters parameters) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(parameters);
        byte[] key = new byte[KEY_BYTES];
        generator.generateBytes(passphrase, key);
        return key;
    }

    private static void within(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new InvalidBytesException(what + " of " + value + ", must be " + min + " to " + max);
        }
    }
}
