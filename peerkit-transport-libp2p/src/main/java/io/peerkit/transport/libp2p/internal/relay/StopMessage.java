// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.Optional;

/**
 * What a relay tells the target of a circuit, and the target's answer. A varint length precedes each on the stream.
 *
 * <pre>{@code
 *   1 type (CONNECT 0, STATUS 1)   2 peer   3 limit   4 status
 * }</pre>
 */
public sealed interface StopMessage {
    /**
     * Somebody wants to reach the target.
     *
     * @param source who, as the relay says; the handshake on the circuit proves it
     * @param limit what the circuit may carry
     */
    record Connect(PeerId source, CircuitLimit limit) implements StopMessage {}

    /**
     * The answer.
     *
     * @param status whether the target takes the circuit
     */
    record Status(RelayStatus status) implements StopMessage {}

    /**
     * Reads a message.
     *
     * @param bytes the message without its length
     * @return what it says
     * @throws InvalidBytesException when it is malformed, of an unknown type, or a bound is passed
     */
    static StopMessage decode(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("stop message", bytes, RelayProtocol.MAX_MESSAGE_BYTES);
        long type = -1;
        Optional<PeerId> peer = Optional.empty();
        CircuitLimit limit = CircuitLimit.NONE;
        RelayStatus status = RelayStatus.UNKNOWN;
        while (in.next()) {
            switch (in.field()) {
                case Fields.TYPE -> type = in.varint();
                case Fields.PEER ->
                    peer = Optional.of(RelayFields.decodePeer(in.bytes(RelayProtocol.MAX_MESSAGE_BYTES)));
                case Fields.LIMIT -> limit = CircuitLimit.decode(in.bytes(RelayProtocol.MAX_MESSAGE_BYTES));
                case Fields.STATUS -> status = RelayStatus.of(in.varint());
                default -> {} // not known yet
            }
        }
        if (type == Fields.CONNECT) {
            return new Connect(
                    peer.orElseThrow(() -> new InvalidBytesException("stop message names no peer that connects")),
                    limit);
        }
        if (type == Fields.ANSWER) {
            return new Status(status);
        }
        throw new InvalidBytesException("stop message of type " + type + ", must be 0 or 1");
    }

    /**
     * Writes the message.
     *
     * @return the message without its length; the type is there even when it is 0
     */
    default byte[] encode() {
        ProtobufWriter out = new ProtobufWriter();
        if (this instanceof Connect connect) {
            out.varint(Fields.TYPE, Fields.CONNECT);
            out.bytes(Fields.PEER, RelayFields.encodePeer(connect.source()));
            connect.limit().encode().ifPresent(limit -> out.bytes(Fields.LIMIT, limit));
        } else if (this instanceof Status answer) {
            out.varint(Fields.TYPE, Fields.ANSWER);
            out.varint(Fields.STATUS, answer.status().code());
        }
        return out.toBytes();
    }

    /** Numbers of the wire. */
    final class Fields {
        private static final int TYPE = 1;
        private static final int PEER = 2;
        private static final int LIMIT = 3;
        private static final int STATUS = 4;

        private static final int CONNECT = 0;
        private static final int ANSWER = 1;

        private Fields() {}
    }
}
