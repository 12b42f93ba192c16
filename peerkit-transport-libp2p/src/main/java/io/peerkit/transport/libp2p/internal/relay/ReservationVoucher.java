// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.identify.SignedEnvelope;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.time.Instant;

/**
 * A relay's signed word that a peer has a place at it. It is advice: nothing is decided by it here.
 *
 * <pre>{@code
 *   1 relay   2 peer   3 expiration (Unix seconds)
 * }</pre>
 *
 * @param relay who signed
 * @param peer whose place it is
 * @param expiresAt until when
 */
public record ReservationVoucher(PeerId relay, PeerId peer, Instant expiresAt) {
    private static final String DOMAIN = "libp2p-relay-rsvp";
    private static final byte[] PAYLOAD_TYPE = {0x03, 0x02};

    private static final int RELAY = 1;
    private static final int PEER = 2;
    private static final int EXPIRATION = 3;

    /** The year 9999. */
    private static final long MAX_EXPIRATION_SECONDS = 253_402_300_799L;

    /**
     * Signs the voucher.
     *
     * @param key the relay's
     * @return the envelope's bytes
     */
    byte[] seal(NodeKey key) {
        if (!key.peerId().equals(relay)) {
            throw new IllegalArgumentException("voucher of " + relay + " for the key of " + key.peerId());
        }
        ProtobufWriter out = new ProtobufWriter();
        out.bytes(RELAY, relay.toBytes());
        out.bytes(PEER, peer.toBytes());
        out.varint(EXPIRATION, expiresAt.getEpochSecond());
        return SignedEnvelope.seal(key, DOMAIN, PAYLOAD_TYPE, out.toBytes());
    }

    /**
     * Reads a voucher and checks that the relay that it names signed it.
     *
     * @param envelope the envelope's bytes
     * @return the voucher
     * @throws InvalidBytesException when it is malformed or not signed so
     */
    static ReservationVoucher open(byte[] envelope) {
        SignedEnvelope opened = SignedEnvelope.open(envelope, DOMAIN, PAYLOAD_TYPE);
        ReservationVoucher voucher = decode(opened.payload());
        if (!voucher.relay.equals(opened.signer())) {
            throw new InvalidBytesException("voucher of " + voucher.relay + " is signed by " + opened.signer());
        }
        return voucher;
    }

    static ReservationVoucher decode(byte[] payload) {
        ProtobufReader in = new ProtobufReader("reservation voucher", payload, RelayProtocol.MAX_MESSAGE_BYTES);
        byte[] relay = {};
        byte[] peer = {};
        long expiration = 0;
        while (in.next()) {
            switch (in.field()) {
                case RELAY -> relay = in.bytes(PeerId.MAX_BYTES);
                case PEER -> peer = in.bytes(PeerId.MAX_BYTES);
                case EXPIRATION -> expiration = in.varint();
                default -> {} // not known yet
            }
        }
        if (expiration < 0 || expiration > MAX_EXPIRATION_SECONDS) {
            throw new InvalidBytesException("voucher expires at " + Long.toUnsignedString(expiration)
                    + " s, must be 0 to " + MAX_EXPIRATION_SECONDS);
        }
        return new ReservationVoucher(
                PeerId.fromBytes(relay), PeerId.fromBytes(peer), Instant.ofEpochSecond(expiration));
    }
}
