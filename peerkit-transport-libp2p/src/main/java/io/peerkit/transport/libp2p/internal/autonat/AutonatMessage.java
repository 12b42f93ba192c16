// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A message about a dial back, one of four behind a varint length.
 *
 * <pre>{@code
 *   1 dialRequest  {1 addrs*, 2 nonce fixed64}          3 dialDataRequest  {1 addrIdx, 2 numBytes}
 *   2 dialResponse {1 status, 2 addrIdx, 3 dialStatus}  4 dialDataResponse {1 data}
 * }</pre>
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/autonat/autonat-v2.md">libp2p AutoNAT v2, r2</a>
 */
sealed interface AutonatMessage {
    /** The longest message in bytes. */
    int MAX_BYTES = 8_192;

    /** The longest request in bytes. */
    int MAX_REQUEST_BYTES = 4_096;

    /** The most addresses that are looked at; further ones are passed over. */
    int MAX_ADDRESSES = 8;

    /** The most bytes of data in one message. */
    int MAX_CHUNK_BYTES = 4_096;

    /** The least and the most data in bytes that is asked for before an address of another host is dialed. */
    int MIN_DATA_BYTES = 30_000;

    /** The most. */
    int MAX_DATA_BYTES = 100_000;

    /**
     * Asks to be dialed.
     *
     * @param addresses where, best first; empty for one of a kind that is not known here, so that the others keep their places
     * @param nonce to be told to whoever answers there
     */
    record DialRequest(List<Optional<Multiaddr>> addresses, long nonce) implements AutonatMessage {
        /** Copies the list. */
        public DialRequest {
            addresses = List.copyOf(addresses);
        }

        @Override
        public byte[] encode() {
            ProtobufWriter out = new ProtobufWriter();
            addresses.forEach(
                    address -> out.bytes(1, address.map(Multiaddr::toBytes).orElseGet(() -> new byte[0])));
            out.fixed64(2, nonce);
            return wrapped(1, out);
        }

        private static DialRequest decode(byte[] bytes) {
            ProtobufReader in = new ProtobufReader("autonat dial request", bytes, MAX_REQUEST_BYTES);
            List<Optional<Multiaddr>> addresses = new ArrayList<>();
            long nonce = 0;
            while (in.next()) {
                if (in.field() == 1) {
                    byte[] address = in.bytes(MAX_REQUEST_BYTES);
                    if (addresses.size() < MAX_ADDRESSES) {
                        addresses.add(known(address));
                    }
                } else if (in.field() == 2) {
                    nonce = in.fixed64();
                }
            }
            return new DialRequest(addresses, nonce);
        }

        private static Optional<Multiaddr> known(byte[] address) {
            try {
                return Optional.of(Multiaddr.fromBytes(address));
            } catch (InvalidBytesException e) {
                return Optional.empty(); // a kind that came later than this code
            }
        }
    }

    /**
     * Says what became of a request.
     *
     * @param status of the request
     * @param index which address was dialed, from 0
     * @param dialed what became of that
     */
    record DialResponse(ResponseStatus status, int index, DialStatus dialed) implements AutonatMessage {
        static DialResponse refused(ResponseStatus why) {
            return new DialResponse(why, 0, DialStatus.UNUSED);
        }

        @Override
        public byte[] encode() {
            ProtobufWriter out = new ProtobufWriter();
            out.varint(1, status.number());
            out.varint(2, index);
            out.varint(3, dialed.number());
            return wrapped(2, out);
        }

        private static DialResponse decode(byte[] bytes) {
            ProtobufReader in = new ProtobufReader("autonat dial response", bytes, MAX_BYTES);
            ResponseStatus status = ResponseStatus.INTERNAL_ERROR;
            int index = 0;
            DialStatus dialed = DialStatus.UNUSED;
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> status = ResponseStatus.of(in.varint());
                    case 2 -> index = readIndex(in);
                    case 3 -> dialed = DialStatus.of(in.varint());
                    default -> {} // not known yet
                }
            }
            return new DialResponse(status, index, dialed);
        }
    }

    /**
     * Asks for data, so that nobody gets more traffic sent to another host than he sends himself.
     *
     * @param index which address would be dialed, from 0
     * @param count how many bytes must come first
     */
    record DialDataRequest(int index, int count) implements AutonatMessage {
        @Override
        public byte[] encode() {
            ProtobufWriter out = new ProtobufWriter();
            out.varint(1, index);
            out.varint(2, count);
            return wrapped(3, out);
        }

        private static DialDataRequest decode(byte[] bytes) {
            ProtobufReader in = new ProtobufReader("autonat data request", bytes, MAX_BYTES);
            int index = 0;
            long count = 0;
            while (in.next()) {
                if (in.field() == 1) {
                    index = readIndex(in);
                } else if (in.field() == 2) {
                    count = in.varint();
                }
            }
            if (count < 0 || count > MAX_DATA_BYTES) {
                throw new InvalidBytesException("autonat data request for " + Long.toUnsignedString(count)
                        + " bytes, at most " + MAX_DATA_BYTES);
            }
            return new DialDataRequest(index, (int) count);
        }
    }

    /**
     * Some of the data; what it is does not matter.
     *
     * @param count how many bytes
     */
    record DialDataResponse(int count) implements AutonatMessage {
        @Override
        public byte[] encode() {
            ProtobufWriter out = new ProtobufWriter();
            out.bytes(1, new byte[count]);
            return wrapped(4, out);
        }

        private static DialDataResponse decode(byte[] bytes) {
            ProtobufReader in = new ProtobufReader("autonat data response", bytes, MAX_BYTES);
            int count = 0;
            while (in.next()) {
                if (in.field() == 1) {
                    count = in.bytes(MAX_CHUNK_BYTES).length;
                }
            }
            return new DialDataResponse(count);
        }
    }

    /** The message without its length. */
    byte[] encode();

    /**
     * Reads a message.
     *
     * @throws InvalidBytesException when it is none of the four, malformed or passes a bound
     */
    static AutonatMessage decode(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("autonat message", bytes, MAX_BYTES);
        AutonatMessage message = null;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> message = DialRequest.decode(in.bytes(MAX_REQUEST_BYTES));
                case 2 -> message = DialResponse.decode(in.bytes(MAX_BYTES));
                case 3 -> message = DialDataRequest.decode(in.bytes(MAX_BYTES));
                case 4 -> message = DialDataResponse.decode(in.bytes(MAX_BYTES));
                default -> {} // not known yet
            }
        }
        if (message == null) {
            throw new InvalidBytesException("autonat message of " + bytes.length + " bytes is none of the four");
        }
        return message;
    }

    private static int readIndex(ProtobufReader in) {
        long index = in.varint();
        if (index < 0 || index > Integer.MAX_VALUE) {
            throw new InvalidBytesException("autonat address index " + Long.toUnsignedString(index) + " is too large");
        }
        return (int) index;
    }

    private static byte[] wrapped(int field, ProtobufWriter inner) {
        ProtobufWriter out = new ProtobufWriter();
        out.bytes(field, inner.toBytes());
        return out.toBytes();
    }
}
