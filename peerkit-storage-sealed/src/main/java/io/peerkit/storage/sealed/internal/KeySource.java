// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** What the application gives to open a store with, until it is wiped. Its own lock guards it. */
public final class KeySource {
    /** Which of the two it is. */
    public enum Kind {
        /** What a person remembers. */
        PASSPHRASE(1, "passphrase"),

        /** 32 bytes that are kept elsewhere. */
        KEY(2, "key");

        private final byte code;
        private final String noun;

        Kind(int code, String noun) {
            this.code = (byte) code;
            this.noun = noun;
        }

        byte code() {
            return code;
        }

        String noun() {
            return noun;
        }

        static Kind ofCode(byte code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new InvalidBytesException("kind of " + code + ", must be 1 or 2");
        }
    }

    private final Kind kind;
    private final byte[] bytes;
    private boolean wiped;

    /**
     * Holds a secret.
     *
     * @param kind what it is
     * @param bytes the passphrase in UTF-8 or the key; not copied
     */
    public KeySource(Kind kind, byte[] bytes) {
        this.kind = kind;
        this.bytes = bytes;
    }

    Kind kind() {
        return kind;
    }

    synchronized byte[] use(UnaryOperator<byte[]> use) {
        if (wiped) {
            throw new IllegalStateException("the " + kind.noun() + " was wiped");
        }
        return use.apply(bytes);
    }

    /** Overwrites the secret. It opens nothing afterwards. */
    public synchronized void wipe() {
        Arrays.fill(bytes, (byte) 0);
        wiped = true;
    }
}
