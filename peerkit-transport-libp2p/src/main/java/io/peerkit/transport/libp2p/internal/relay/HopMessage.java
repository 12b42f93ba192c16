// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.Optional;

/**
 * What a peer asks of a relay, and its answer. A varint length precedes each on the stream.
 *
 * <pre>{@code
 *   1 type (RESERVE 0, CONNECT 1, STATUS 2)   3 reservation   5 status
 *   2 peer                                    4 limit
 * }</pre>
 */
public sealed interface HopMessage {
    /** Asks for a place, or to keep it. */
    record Reserve() implements HopMessage {}

    /**
     * Asks for a circuit.
     *
     * @param target whom to reach
     */
    record Connect(PeerId target) implements HopMessage {}

    /**
     * The answer.
     *
     * @param status what became of it
     * @param reservation the place, in answer to {@link Reserve}
     * @param limit what a circuit may carry
     */
    record Status(RelayStatus status, Optional<Reservation> reservation, CircuitLimit limit) implements HopMessage {}

    /**
     * Reads a message.
     *
     * @param bytes the message without its length
     * @return what it says
     * @throws InvalidBytesException when it is malformed, of an unknown type, or a bound is passed
     */
    static HopMessage decode(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("hop message", bytes, RelayProtocol.MAX_MESSAGE_BYTES);
        long type = -1;
        Optional<PeerId> peer = Optional.empty();
        Optional<Reservation> reservation = Optional.empty();
        CircuitLimit limit = CircuitLimit.NONE;
        RelayStatus status = RelayStatus.UNKNOWN;
        while (in.next()) {
            switch (in.field()) {
                case Fields.TYPE -> type = in.varint();
                case Fields.PEER ->
                    peer = Optional.of(RelayFields.decodePeer(in.bytes(RelayProtocol.MAX_MESSAGE_BYTES)));
                case Fields.RESERVATION ->
                    reservation = Optional.of(Reservation.decode(in.bytes(RelayProtocol.MAX_MESSAGE_BYTES)));
                case Fields.LIMIT -> limit = CircuitLimit.decode(in.bytes(RelayProtocol.MAX_MESSAGE_BYTES));
                case Fields.STATUS -> status = RelayStatus.of(in.varint());
                default -> {} // not known yet
            }
        }
        if (type == Fields.RESERVE) {
            return new Reserve();
        }
        if (type == Fields.CONNECT) {
            return new Connect(peer.orElseThrow(() -> new InvalidBytesException("hop message names no peer to reach")));
        }
        if (type == Fields.ANSWER) {
            return new Status(status, reservation, limit);
        }
        throw new InvalidBytesException("hop message of type " + type + ", must be 0 to 2");
    }

    /**
     * Writes the message.
     *
     * @return the message without its length; the type is there even when it is 0
     */
    default byte[] encode() {
        ProtobufWriter out = new ProtobufWriter();
        if (this instanceof Reserve) {
            out.varint(Fields.TYPE, Fields.RESERVE);
        } else if (this instanceof Connect connect) {
            out.varint(Fields.TYPE, Fields.CONNECT);
            out.bytes(Fields.PEER, RelayFields.encodePeer(connect.target()));
        } else if (this instanceof Status answer) {
            out.varint(Fields.TYPE, Fields.ANSWER);
            answer.reservation().ifPresent(place -> out.bytes(Fields.RESERVATION, place.encode()));
            answer.limit().encode().ifPresent(limit -> out.bytes(Fields.LIMIT, limit));
            out.varint(Fields.STATUS, answer.status().code());
        }
        return out.toBytes();
    }

    /**
     * An answer that is nothing but its status.
     *
     * @param status the status
     * @return the message
     */
    static Status answer(RelayStatus status) {
        return new Status(status, Optional.empty(), CircuitLimit.NONE);
    }

    /** Numbers of the wire. */
    final class Fields {
        private static final int TYPE = 1;
        private static final int PEER = 2;
        private static final int RESERVATION = 3;
        private static final int LIMIT = 4;
        private static final int STATUS = 5;

        private static final int RESERVE = 0;
        private static final int CONNECT = 1;
        private static final int ANSWER = 2;

        private Fields() {}
    }
}
