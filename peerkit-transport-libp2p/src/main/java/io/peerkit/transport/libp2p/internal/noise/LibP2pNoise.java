// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.List;
import java.util.Optional;

/**
 * Secures a connection: the Noise handshake with libp2p's proof of identity and early choice of a multiplexer.
 *
 * <p>The initiator sends {@link #start}; from then on both sides pass each message that arrives to {@link #receive} and
 * do what it returns. Messages come and go without their length field ({@link NoiseFrame}). Not safe for use by many
 * threads. After an exception the connection must be closed.
 *
 * <p>A multiplexer is settled on only when both sides offer some: the initiator's first that the responder has too.
 * Offer one at most: js-libp2p goes by the order of the other side's list, whichever role it has.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/noise/README.md">noise-libp2p</a>
 * @see <a href="https://github.com/libp2p/specs/blob/master/connections/inlined-muxer-negotiation.md">early muxer
 *     negotiation</a>
 */
public final class LibP2pNoise {
    private static final byte[] NO_PAYLOAD = {};

    /**
     * What to do after a message.
     *
     * @param send the message to send, if any, before anything is encrypted with the session
     * @param session the outcome once this side has done its part
     */
    public record Step(Optional<byte[]> send, Optional<NoiseSession> session) {}

    private final boolean initiator;
    private final Optional<PeerId> expected;
    private final List<String> muxers;
    private final byte[] payload;
    private final NoiseHandshake handshake;

    private LibP2pNoise(
            boolean initiator,
            NoiseIdentity identity,
            byte[] ephemeralPrivateKey,
            List<String> muxers,
            Optional<PeerId> expected) {
        this.initiator = initiator;
        this.expected = expected;
        this.muxers = List.copyOf(muxers);
        this.payload = identity.payload(muxers).encode();
        this.handshake =
                new NoiseHandshake(initiator, identity.staticKey(), new X25519KeyPair(ephemeralPrivateKey), NO_PAYLOAD);
    }

    /**
     * Prepares the dialing side.
     *
     * @param identity who this side is
     * @param ephemeralPrivateKey 32 secret random bytes for this connection alone
     * @param muxers the multiplexer to offer, or none
     * @param expected whom the address named; anyone when empty
     * @return the handshake
     */
    public static LibP2pNoise initiator(
            NoiseIdentity identity, byte[] ephemeralPrivateKey, List<String> muxers, Optional<PeerId> expected) {
        return new LibP2pNoise(true, identity, ephemeralPrivateKey, muxers, expected);
    }

    /**
     * Prepares the listening side.
     *
     * @param identity who this side is
     * @param ephemeralPrivateKey 32 secret random bytes for this connection alone
     * @param muxers the multiplexer to offer, or none
     * @return the handshake
     */
    public static LibP2pNoise responder(NoiseIdentity identity, byte[] ephemeralPrivateKey, List<String> muxers) {
        return new LibP2pNoise(false, identity, ephemeralPrivateKey, muxers, Optional.empty());
    }

    /**
     * Opens the handshake; the initiator calls it once, before anything else.
     *
     * @return the first message
     */
    public byte[] start() {
        return handshake.write(NO_PAYLOAD);
    }

    /**
     * Takes the next message.
     *
     * @param message the message without its length field
     * @return what to do
     * @throws InvalidBytesException when the message is malformed or not authentic, the identity key did not sign the
     *     static key, the key is of an unsupported type, or the peer is not the expected one
     * @throws ProtocolRefusedException when both sides offer multiplexers and have none in common
     */
    public Step receive(byte[] message) {
        byte[] received = handshake.read(message);
        if (initiator) {
            NoisePayload remote = authenticate(received);
            Optional<String> muxer = chooseMuxer(muxers, remote.muxers());
            byte[] last = handshake.write(payload);
            return new Step(Optional.of(last), Optional.of(session(remote, muxer)));
        }
        if (handshake.isWriting()) {
            // Nothing protects the first message, so nothing may stand in it but the key.
            if (received.length > 0) {
                throw new InvalidBytesException(
                        "noise handshake message 1 has a payload of " + received.length + " bytes, must have none");
            }
            return new Step(Optional.of(handshake.write(payload)), Optional.empty());
        }
        NoisePayload remote = authenticate(received);
        return new Step(Optional.empty(), Optional.of(session(remote, chooseMuxer(remote.muxers(), muxers))));
    }

    private NoisePayload authenticate(byte[] bytes) {
        NoisePayload remote = NoisePayload.decode(bytes);
        PeerId peer = PeerId.ofPublicKey(remote.identityKey());
        if (expected.isPresent() && !expected.get().equals(peer)) {
            throw new InvalidBytesException("noise peer is " + peer + ", must be " + expected.get());
        }
        if (!NoiseIdentity.isSigned(remote, handshake.remoteStatic())) {
            throw new InvalidBytesException("noise peer claims to be " + peer + " without that key's signature");
        }
        return remote;
    }

    private static Optional<String> chooseMuxer(List<String> initiators, List<String> responders) {
        if (initiators.isEmpty() || responders.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(initiators.stream()
                .filter(responders::contains)
                .findFirst()
                .orElseThrow(() -> new ProtocolRefusedException("noise peers offer " + initiators.size() + " and "
                        + responders.size() + " muxers, none in common")));
    }

    private NoiseSession session(NoisePayload remote, Optional<String> muxer) {
        CipherState[] ciphers = handshake.split();
        return new NoiseSession(PeerId.ofPublicKey(remote.identityKey()), muxer, ciphers[0], ciphers[1]);
    }
}
