// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.upgrade;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.multistream.MultistreamDialer;
import io.peerkit.transport.libp2p.internal.multistream.MultistreamListener;
import io.peerkit.transport.libp2p.internal.multistream.Negotiation;
import io.peerkit.transport.libp2p.internal.noise.LibP2pNoise;
import io.peerkit.transport.libp2p.internal.noise.NoiseFrame;
import io.peerkit.transport.libp2p.internal.noise.NoiseIdentity;
import io.peerkit.transport.libp2p.internal.noise.NoiseSession;
import io.peerkit.transport.libp2p.internal.yamux.Yamux;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Upgrades a connection, without IO: bytes in, bytes out, until yamux is spoken over Noise.
 *
 * <pre>{@code
 *   dialer                                         listener
 *     | /multistream/1.0.0, /noise                   |
 *     | <------------------------------------------> |
 *     | Noise XX, messages 1 to 3                    |   both offer /yamux/1.0.0 in it: ready here
 *     | <------------------------------------------> |
 *     | encrypted: /multistream/1.0.0, /yamux/1.0.0  |   else
 *     | <------------------------------------------> |
 * }</pre>
 *
 * <p>After construction and after each {@link #feed}, send what {@link #takeOutput} returns. Not safe for use by many
 * threads.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/connections/README.md">libp2p connections</a>
 */
public final class Upgrade {
    /** The longest message of the handshake in bytes; what libp2p puts into it is bounded to 8 KiB. */
    public static final int MAX_HANDSHAKE_MESSAGE_BYTES = 16_384;

    private static final List<String> MUXERS = List.of(Yamux.PROTOCOL_ID);

    private enum Stage {
        SECURITY,
        HANDSHAKE,
        MUXER,
        DONE
    }

    private final boolean dialer;
    private final LibP2pNoise noise;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final NoiseFrameReader handshakeFrames = new NoiseFrameReader(MAX_HANDSHAKE_MESSAGE_BYTES);
    private final NoiseFrameReader frames = new NoiseFrameReader(NoiseFrame.MAX_MESSAGE_BYTES);
    private Selector selector;
    private Stage stage = Stage.SECURITY;
    private @Nullable NoiseSession session;

    private Upgrade(boolean dialer, LibP2pNoise noise) {
        this.dialer = dialer;
        this.noise = noise;
        selector = select(NoiseFrame.PROTOCOL);
        output.writeBytes(selector.takeOutput().get());
    }

    /**
     * Prepares the dialing side.
     *
     * @param identity who this side is
     * @param ephemeralPrivateKey 32 secret random bytes for this connection alone
     * @param earlyMuxer whether to offer yamux within the handshake
     * @param expected whom the address named; anyone when empty
     * @return the upgrade, with output ready
     */
    public static Upgrade dialer(
            NoiseIdentity identity, byte[] ephemeralPrivateKey, boolean earlyMuxer, Optional<PeerId> expected) {
        return new Upgrade(
                true, LibP2pNoise.initiator(identity, ephemeralPrivateKey, earlyMuxer ? MUXERS : List.of(), expected));
    }

    /**
     * Prepares the listening side.
     *
     * @param identity who this side is
     * @param ephemeralPrivateKey 32 secret random bytes for this connection alone
     * @param earlyMuxer whether to offer yamux within the handshake
     * @return the upgrade
     */
    public static Upgrade listener(NoiseIdentity identity, byte[] ephemeralPrivateKey, boolean earlyMuxer) {
        return new Upgrade(
                false, LibP2pNoise.responder(identity, ephemeralPrivateKey, earlyMuxer ? MUXERS : List.of()));
    }

    /**
     * Takes bytes from the peer, up to the end of the upgrade.
     *
     * @param in stays the caller's; what remains in it once {@link #isDone} are frames for {@link #frames}
     * @return plaintext that came behind the choice of the muxer, to be given to it first; the caller owns it. Empty before
     *     that
     * @throws io.peerkit.api.InvalidBytesException when the bytes are malformed or not authentic, or the peer is not
     *     the expected one
     * @throws ProtocolRefusedException when the peer speaks no Noise or no yamux
     */
    public Optional<ByteBuf> feed(ByteBuf in) {
        Optional<ByteBuf> ahead = Optional.empty();
        while (stage != Stage.DONE && in.isReadable()) {
            switch (stage) {
                case SECURITY -> security(in);
                case HANDSHAKE -> handshake(in);
                default -> ahead = muxer(in, known(session));
            }
        }
        return ahead;
    }

    private void security(ByteBuf in) {
        Negotiation outcome = selector.feed(in);
        output.writeBytes(selector.takeOutput().get());
        if (outcome == Negotiation.Refused.REFUSED) {
            throw new ProtocolRefusedException("peer does not speak " + NoiseFrame.PROTOCOL);
        }
        if (outcome instanceof Negotiation.Accepted) {
            stage = Stage.HANDSHAKE;
            if (dialer) {
                writeFrame(noise.start());
            }
        }
    }

    private void handshake(ByteBuf in) {
        if (!handshakeFrames.next(in)) {
            return;
        }
        LibP2pNoise.Step step = noise.receive(handshakeFrames.take());
        step.send().ifPresent(this::writeFrame);
        step.session().ifPresent(this::secured);
    }

    private void secured(NoiseSession secured) {
        session = secured;
        if (secured.muxer().isPresent()) {
            stage = Stage.DONE;
            return;
        }
        stage = Stage.MUXER;
        selector = select(Yamux.PROTOCOL_ID);
        writeEncrypted(secured, selector.takeOutput().get());
    }

    private Optional<ByteBuf> muxer(ByteBuf in, NoiseSession secured) {
        if (!frames.next(in)) {
            return Optional.empty();
        }
        ByteBuf plaintext = frames.take(secured.receiver());
        Negotiation outcome = selector.feed(plaintext);
        writeEncrypted(secured, selector.takeOutput().get());
        if (outcome == Negotiation.Refused.REFUSED) {
            throw new ProtocolRefusedException("peer does not speak " + Yamux.PROTOCOL_ID);
        }
        if (outcome instanceof Negotiation.Accepted) {
            stage = Stage.DONE;
        }
        return plaintext.isReadable() ? Optional.of(plaintext) : Optional.empty();
    }

    private Selector select(String protocol) {
        return dialer
                ? Selector.of(new MultistreamDialer(List.of(protocol)))
                : Selector.of(new MultistreamListener(List.of(protocol)));
    }

    private void writeFrame(byte[] message) {
        output.write(message.length >>> Byte.SIZE);
        output.write(message.length);
        output.writeBytes(message);
    }

    private void writeEncrypted(NoiseSession secured, byte[] plaintext) {
        if (plaintext.length > 0) {
            byte[] message = new byte[plaintext.length + NoiseFrame.TAG_BYTES];
            secured.sender().encrypt(plaintext, 0, plaintext.length, message, 0);
            writeFrame(message);
        }
    }

    /**
     * What is to be sent, each byte once.
     *
     * @return the bytes, perhaps none
     */
    public byte[] takeOutput() {
        byte[] bytes = output.toByteArray();
        output.reset();
        return bytes;
    }

    /**
     * Whether the connection speaks yamux from here on.
     *
     * @return false while bytes must be fed
     */
    public boolean isDone() {
        return stage == Stage.DONE;
    }

    /**
     * Who the peer is and how to speak with it, once it has proven itself, which is before {@link #isDone} when the muxer
     * is still to be chosen.
     *
     * @return the session, or empty before the end of the handshake
     */
    public Optional<NoiseSession> session() {
        return Optional.ofNullable(session);
    }

    /**
     * Reads the encrypted frames that follow.
     *
     * @return the reader, which may hold the start of one
     */
    public NoiseFrameReader frames() {
        return frames;
    }

    private static NoiseSession known(@Nullable NoiseSession session) {
        if (session == null) {
            throw new IllegalStateException("noise handshake is not complete");
        }
        return session;
    }
}
