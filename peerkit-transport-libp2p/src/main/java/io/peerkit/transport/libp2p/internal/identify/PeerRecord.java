// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.identify;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a node says it can be reached, under its own signature, so that anyone may pass it on.
 *
 * <pre>{@code
 *   1 peer_id   2 seq   3 addresses* { 1 multiaddr }
 * }</pre>
 *
 * <p>Domain and type are those of go-libp2p and js-libp2p; the text of RFC 0003 names another domain, which nobody uses.
 * Addresses of a kind that is not known here are left out.
 *
 * @param peer who it is about
 * @param seq grows with each record of a node, as an unsigned number without a unit; the higher one replaces the lower
 * @param addresses where the node can be reached
 * @see <a href="https://github.com/libp2p/specs/blob/master/RFC/0003-routing-records.md">RFC 0003</a>
 */
public record PeerRecord(PeerId peer, long seq, List<Multiaddr> addresses) {
    private static final String DOMAIN = "libp2p-peer-record";
    private static final byte[] PAYLOAD_TYPE = {0x03, 0x01};

    private static final int PEER_ID = 1;
    private static final int SEQ = 2;
    private static final int ADDRESSES = 3;
    private static final int MULTIADDR = 1;

    /** Copies the list. */
    public PeerRecord {
        addresses = List.copyOf(addresses);
    }

    /**
     * Signs the record.
     *
     * @param key the key of {@link #peer}
     * @return the envelope's bytes
     */
    public byte[] seal(NodeKey key) {
        if (!key.peerId().equals(peer)) {
            throw new IllegalArgumentException("peer record of " + peer + " for the key of " + key.peerId());
        }
        ProtobufWriter out = new ProtobufWriter();
        out.bytes(PEER_ID, peer.toBytes());
        out.varint(SEQ, seq);
        for (Multiaddr address : addresses) {
            ProtobufWriter inner = new ProtobufWriter();
            inner.bytes(MULTIADDR, address.toBytes());
            out.bytes(ADDRESSES, inner.toBytes());
        }
        return SignedEnvelope.seal(key, DOMAIN, PAYLOAD_TYPE, out.toBytes());
    }

    /**
     * Reads a record and checks that its node signed it.
     *
     * @param envelope the envelope's bytes
     * @return the record
     * @throws InvalidBytesException when it is malformed, not signed, signed by another node, or a bound is passed
     */
    public static PeerRecord open(byte[] envelope) {
        SignedEnvelope opened = SignedEnvelope.open(envelope, DOMAIN, PAYLOAD_TYPE);
        PeerRecord record = decode(opened.payload());
        if (!record.peer.equals(opened.signer())) {
            throw new InvalidBytesException("peer record of " + record.peer + " is signed by " + opened.signer());
        }
        return record;
    }

    static PeerRecord decode(byte[] payload) {
        ProtobufReader in = new ProtobufReader("peer record", payload, SignedEnvelope.MAX_BYTES);
        byte[] peer = {};
        long seq = 0;
        int listed = 0;
        List<Multiaddr> addresses = new ArrayList<>();
        while (in.next()) {
            switch (in.field()) {
                case PEER_ID -> peer = in.bytes(PeerId.MAX_BYTES);
                case SEQ -> seq = in.varint();
                case ADDRESSES -> {
                    if (++listed > IdentifyMessage.MAX_ADDRESSES) {
                        throw new InvalidBytesException(
                                "peer record lists more than " + IdentifyMessage.MAX_ADDRESSES + " addresses");
                    }
                    readAddress(in.bytes(SignedEnvelope.MAX_BYTES)).ifPresent(addresses::add);
                }
                default -> {} // not known yet
            }
        }
        return new PeerRecord(PeerId.fromBytes(peer), seq, addresses);
    }

    private static Optional<Multiaddr> readAddress(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("peer record address", bytes, SignedEnvelope.MAX_BYTES);
        Optional<Multiaddr> address = Optional.empty();
        while (in.next()) {
            if (in.field() == MULTIADDR) {
                byte[] raw = in.bytes(SignedEnvelope.MAX_BYTES);
                try {
                    address = Optional.of(Multiaddr.fromBytes(raw));
                } catch (InvalidBytesException unknownKind) {
                    address = Optional.empty();
                }
            }
        }
        return address;
    }
}
