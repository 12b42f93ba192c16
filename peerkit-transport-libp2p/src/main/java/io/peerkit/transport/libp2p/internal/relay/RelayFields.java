// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.List;

/** What the messages of hop and stop have in common: a peer, and addresses. */
final class RelayFields {
    private static final int PEER_ID = 1;

    private RelayFields() {}

    /** The peer {@code 1 id, 2 addrs*}; its addresses are of no use here and left out. */
    static byte[] encodePeer(PeerId peer) {
        ProtobufWriter out = new ProtobufWriter();
        out.bytes(PEER_ID, peer.toBytes());
        return out.toBytes();
    }

    static PeerId decodePeer(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("relay peer", bytes, RelayProtocol.MAX_MESSAGE_BYTES);
        byte[] id = {};
        while (in.next()) {
            if (in.field() == PEER_ID) {
                id = in.bytes(PeerId.MAX_BYTES);
            }
        }
        return PeerId.fromBytes(id);
    }

    /** Keeps the address when it is of a known kind and the list is not full. */
    static void addAddress(List<Multiaddr> addresses, byte[] bytes) {
        if (addresses.size() == RelayProtocol.MAX_ADDRESSES) {
            return;
        }
        try {
            addresses.add(Multiaddr.fromBytes(bytes));
        } catch (InvalidBytesException unknownKind) {
            // New kinds come; the others are of use.
        }
    }
}
