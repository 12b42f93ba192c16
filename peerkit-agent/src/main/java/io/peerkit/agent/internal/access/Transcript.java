// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import io.peerkit.agent.AccessRole;
import io.peerkit.api.NodeId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What both sides have seen of a handshake: the nodes as the secure channel authenticated them, and the frames as they
 * were sent. It holds at most three frames of 16 KiB.
 */
final class Transcript {
    private static final byte[] TRANSCRIPT_DOMAIN = "peerkit-access-transcript-2".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SIGNATURE_DOMAIN = "peerkit-access-2".getBytes(StandardCharsets.US_ASCII);
    private static final int HASH_BYTES = 32;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);

    Transcript(NodeId initiator, NodeId responder) {
        bytes.writeBytes(TRANSCRIPT_DOMAIN);
        append(initiator.value().getBytes(StandardCharsets.UTF_8));
        append(responder.value().getBytes(StandardCharsets.UTF_8));
    }

    /** Appends a part behind its length, so that no part can pass for the beginning of the next. */
    void append(byte[] part) {
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
        bytes.writeBytes(part);
    }

    byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** What an agent signs about a hash. */
    static byte[] signed(AccessRole role, byte[] hash) {
        return ByteBuffer.allocate(SIGNATURE_DOMAIN.length + 1 + HASH_BYTES)
                .put(SIGNATURE_DOMAIN)
                .put(role.code())
                .put(hash)
                .array();
    }
}
