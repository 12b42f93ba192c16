// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import io.peerkit.api.PassphraseCost;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** Argon2id version 1.3 of RFC 9106, by Bouncy Castle. */
final class Argon2 {
    private static final int KEY_BYTES = 32;

    private Argon2() {}

    /** Derives a key of 32 bytes. */
    static byte[] derive(PassphraseCost cost, byte[] passphrase, byte[] salt) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(cost.memoryKib())
                .withIterations(cost.passes())
                .withParallelism(cost.lanes())
                .withSalt(salt)
                .build());
        byte[] key = new byte[KEY_BYTES];
        generator.generateBytes(passphrase, key);
        return key;
    }
}
