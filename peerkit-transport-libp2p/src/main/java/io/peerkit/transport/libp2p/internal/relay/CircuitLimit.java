// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.Optional;

/**
 * What a relay allows one circuit.
 *
 * <pre>{@code
 *   1 duration (seconds)   2 data (bytes each way)
 * }</pre>
 *
 * @param seconds how long it may last, 0 for ever; an unsigned 32-bit number on the wire
 * @param bytes how many bytes it may carry in each direction, 0 for any number
 */
public record CircuitLimit(long seconds, long bytes) {
    /** No limit; on the wire it is left out. */
    public static final CircuitLimit NONE = new CircuitLimit(0, 0);

    private static final int DURATION = 1;
    private static final int DATA = 2;
    private static final long MAX_SECONDS = 0xffff_ffffL;

    static CircuitLimit decode(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("circuit limit", bytes, RelayProtocol.MAX_MESSAGE_BYTES);
        long seconds = 0;
        long data = 0;
        while (in.next()) {
            switch (in.field()) {
                case DURATION -> seconds = in.varint() & MAX_SECONDS;
                case DATA -> data = in.varint() & Long.MAX_VALUE;
                default -> {} // not known yet
            }
        }
        return new CircuitLimit(seconds, data);
    }

    /** The message, or empty when there is no limit to tell. */
    Optional<byte[]> encode() {
        if (isNone()) {
            return Optional.empty();
        }
        ProtobufWriter out = new ProtobufWriter();
        if (seconds > 0) {
            out.varint(DURATION, seconds);
        }
        if (bytes > 0) {
            out.varint(DATA, bytes);
        }
        return Optional.of(out.toBytes());
    }

    /**
     * Whether a circuit may last and carry as it likes.
     *
     * @return true when neither is bounded
     */
    public boolean isNone() {
        return seconds == 0 && bytes == 0;
    }
}
