// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;

/** Folds everything that happened in a run into one hash. Two runs with equal hashes were the same run. */
final class Trace {
    private final MessageDigest digest;
    private final ByteBuffer head = ByteBuffer.allocate(20);
    private long events;

    Trace() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Adds an event: when, what, and the bytes that came with it. */
    void add(long nanos, String what, byte[] body) {
        CRC32 sum = new CRC32();
        sum.update(body);
        events++;
        head.clear().putLong(nanos).putLong(sum.getValue()).putInt(body.length);
        digest.update(head.array());
        digest.update(what.getBytes(StandardCharsets.UTF_8));
    }

    long events() {
        return events;
    }

    /** The hash of all so far; more may follow. */
    String hash() {
        try {
            MessageDigest sofar = (MessageDigest) digest.clone();
            return HexFormat.of().formatHex(sofar.digest());
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("the platform's SHA-256 can be cloned", e);
        }
    }
}
