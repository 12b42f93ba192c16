// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import java.util.Arrays;

/** What a key file is sealed by, held until the file is open. */
public sealed interface SealedBy {
    /** What it is called in messages. */
    String noun();

    /** Overwrites what must not stay in memory. */
    void wipe();

    /** By nothing: whoever can read the file has the secret. */
    record Nothing() implements SealedBy {
        @Override
        public String noun() {
            return "nothing";
        }

        @Override
        public void wipe() {}
    }

    /**
     * By what a person remembers.
     *
     * @param utf8 the passphrase; not copied
     */
    record Passphrase(byte[] utf8) implements SealedBy {
        @Override
        public String noun() {
            return "passphrase";
        }

        @Override
        public void wipe() {
            Arrays.fill(utf8, (byte) 0);
        }
    }

    /**
     * By a key that the application keeps elsewhere.
     *
     * @param bytes 32 of them; not copied
     */
    record ApplicationKey(byte[] bytes) implements SealedBy {
        @Override
        public String noun() {
            return "key";
        }

        @Override
        public void wipe() {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
