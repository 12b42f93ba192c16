// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dcutr;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A message of DCUtR: {@code 1 type (CONNECT 100, SYNC 300), 2 ObsAddrs*}, behind a varint length.
 *
 * @param type what it means
 * @param addresses where the sender may be reached; with CONNECT only
 * @see <a href="https://github.com/libp2p/specs/blob/master/relay/DCUtR.md">libp2p DCUtR, r1</a>
 */
record DcutrMessage(Type type, List<Multiaddr> addresses) {
    /** The longest message in bytes. */
    static final int MAX_BYTES = 4_096;

    /** The most addresses that are read; further ones are passed over. */
    static final int MAX_ADDRESSES = 16;

    /** A message without addresses that says to dial now. */
    static final DcutrMessage SYNC = new DcutrMessage(Type.SYNC, List.of());

    private static final int TYPE = 1;
    private static final int OBSERVED = 2;

    /** What a message means. */
    enum Type {
        /** Here I am. */
        CONNECT(100),
        /** Dial now. */
        SYNC(300);

        private final int number;

        Type(int number) {
            this.number = number;
        }
    }

    DcutrMessage {
        addresses = List.copyOf(addresses);
    }

    static DcutrMessage connect(List<Multiaddr> addresses) {
        return new DcutrMessage(Type.CONNECT, addresses);
    }

    byte[] encode() {
        ProtobufWriter out = new ProtobufWriter();
        out.varint(TYPE, type.number);
        addresses.forEach(address -> out.bytes(OBSERVED, address.toBytes()));
        return out.toBytes();
    }

    /**
     * Reads a message.
     *
     * @throws InvalidBytesException when it is malformed. An address of a kind that is not known here is passed over
     */
    static DcutrMessage decode(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("dcutr message", bytes, MAX_BYTES);
        long number = 0;
        List<Multiaddr> addresses = new ArrayList<>();
        while (in.next()) {
            if (in.field() == TYPE) {
                number = in.varint();
            } else if (in.field() == OBSERVED) {
                byte[] address = in.bytes(Multiaddr.MAX_BYTES);
                if (addresses.size() < MAX_ADDRESSES) {
                    addUnlessUnknown(addresses, address);
                }
            }
        }
        for (Type each : Type.values()) {
            if (each.number == number) {
                return new DcutrMessage(each, addresses);
            }
        }
        throw new InvalidBytesException("dcutr message of type " + number + ", must be 100 or 300");
    }

    private static void addUnlessUnknown(List<Multiaddr> addresses, byte[] address) {
        try {
            addresses.add(Multiaddr.fromBytes(address));
        } catch (InvalidBytesException e) {
            return; // a kind that came later than this code
        }
    }
}
