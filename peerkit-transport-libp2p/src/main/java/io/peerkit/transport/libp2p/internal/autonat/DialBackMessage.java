// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;

/** What is said on the connection that is dialed back: {@code {1 nonce fixed64}}, answered by {@code {1 status: OK 0}}. */
final class DialBackMessage {
    /** The longest message in bytes, either way. */
    static final int MAX_BYTES = 64;

    private DialBackMessage() {}

    static byte[] nonce(long nonce) {
        ProtobufWriter out = new ProtobufWriter();
        out.fixed64(1, nonce);
        return out.toBytes();
    }

    /**
     * Reads a nonce.
     *
     * @throws InvalidBytesException when there is none or the message is malformed
     */
    static long readNonce(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("autonat dial-back", bytes, MAX_BYTES);
        boolean found = false;
        long nonce = 0;
        while (in.next()) {
            if (in.field() == 1) {
                nonce = in.fixed64();
                found = true;
            }
        }
        if (!found) {
            throw new InvalidBytesException("autonat dial-back has no nonce");
        }
        return nonce;
    }

    static byte[] taken() {
        ProtobufWriter out = new ProtobufWriter();
        out.varint(1, 0);
        return out.toBytes();
    }

    /**
     * Reads the answer to a nonce.
     *
     * @throws InvalidBytesException when it is not OK or malformed; OK may be left out, as it is 0
     */
    static void readTaken(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("autonat dial-back response", bytes, MAX_BYTES);
        while (in.next()) {
            if (in.field() == 1) {
                long status = in.varint();
                if (status != 0) {
                    throw new InvalidBytesException("autonat dial-back response of status " + status + ", must be 0");
                }
            }
        }
    }
}
