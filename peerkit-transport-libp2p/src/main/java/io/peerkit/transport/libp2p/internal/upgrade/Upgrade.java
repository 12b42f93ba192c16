// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.upgrade;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.multistream.MultistreamDialer;
import io.peerkit.transport.libp2p.internal.multistream.MultistreamListener;
import io.peerkit.transport.libp2p.internal.multistream.Negotiation;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import io.peerkit.transport.libp2p.internal.secure.Security;
import io.peerkit.transport.libp2p.internal.yamux.Yamux;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Upgrades a connection, without IO: bytes in, bytes out, until yamux is spoken over a secure channel.
 *
 * <pre>{@code
 *   dialer                                            listener
 *     | /multistream/1.0.0, /noise or /tls/1.0.0        |
 *     | <---------------------------------------------> |
 *     | the handshake of what was agreed                |   both offer /yamux/1.0.0 in it: ready here
 *     | <---------------------------------------------> |
 *     | encrypted: /multistream/1.0.0, /yamux/1.0.0     |   else
 *     | <---------------------------------------------> |
 * }</pre>
 *
 * <p>After construction and after each {@link #feed}, send what {@link #takeOutput} returns. Not safe for use by many
 * threads.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/connections/README.md">libp2p connections</a>
 */
public final class Upgrade {
    private static final List<String> MUXERS = List.of(Yamux.PROTOCOL_ID);

    private enum Stage {
        SECURITY,
        HANDSHAKE,
        MUXER,
        DONE
    }

    private final boolean dialer;
    private final List<Security> offered;
    private final List<String> earlyMuxers;
    private final Optional<PeerId> expected;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private Selector selector;
    private Stage stage = Stage.SECURITY;
    private @Nullable SecureHandshake handshake;
    private @Nullable SecureChannel channel;

    private Upgrade(boolean dialer, List<Security> offered, boolean earlyMuxer, Optional<PeerId> expected) {
        this.dialer = dialer;
        this.offered = List.copyOf(offered);
        this.earlyMuxers = earlyMuxer ? MUXERS : List.of();
        this.expected = expected;
        selector = select(this.offered.stream().map(Security::protocol).toList());
        output.writeBytes(selector.takeOutput().get());
    }

    /**
     * Prepares the dialing side.
     *
     * @param offered ways to secure the connection, at least 1, best first
     * @param earlyMuxer whether to offer yamux within the handshake
     * @param expected whom the address named; anyone when empty
     * @return the upgrade, with output ready
     */
    public static Upgrade dialer(List<Security> offered, boolean earlyMuxer, Optional<PeerId> expected) {
        return new Upgrade(true, offered, earlyMuxer, expected);
    }

    /**
     * Prepares the listening side.
     *
     * @param offered ways to secure the connection, at least 1; the dialer's order decides
     * @param earlyMuxer whether to offer yamux within the handshake
     * @return the upgrade
     */
    public static Upgrade listener(List<Security> offered, boolean earlyMuxer) {
        return new Upgrade(false, offered, earlyMuxer, Optional.empty());
    }

    /**
     * Takes bytes from the peer, up to the end of the upgrade.
     *
     * @param in stays the caller's; what remains in it once {@link #isDone} is for {@link #channel}
     * @return plaintext that came behind the choice of the muxer, to be given to it first; the caller owns it. Empty before
     *     that
     * @throws io.peerkit.api.InvalidBytesException when the bytes are malformed or not authentic, or the peer is not
     *     the expected one
     * @throws ProtocolRefusedException when the peer speaks none of what is offered, or no yamux
     */
    public Optional<ByteBuf> feed(ByteBuf in) {
        Optional<ByteBuf> ahead = Optional.empty();
        while (stage != Stage.DONE && in.isReadable()) {
            switch (stage) {
                case SECURITY -> security(in);
                case HANDSHAKE -> handshake(in, known(handshake));
                default -> ahead = muxer(in, known(channel));
            }
        }
        return ahead;
    }

    private void security(ByteBuf in) {
        Negotiation outcome = selector.feed(in);
        output.writeBytes(selector.takeOutput().get());
        if (outcome == Negotiation.Refused.REFUSED) {
            throw new ProtocolRefusedException("peer does not speak "
                    + String.join(
                            " or ", offered.stream().map(Security::protocol).toList()));
        }
        if (outcome instanceof Negotiation.Accepted accepted) {
            stage = Stage.HANDSHAKE;
            SecureHandshake agreed = handshake(accepted.protocol());
            handshake = agreed;
            agreed.start();
            output.writeBytes(agreed.takeOutput());
        }
    }

    private SecureHandshake handshake(String protocol) {
        Security agreed = offered.stream()
                .filter(each -> each.protocol().equals(protocol))
                .findFirst()
                .orElseThrow();
        return dialer ? agreed.dialer(earlyMuxers, expected) : agreed.listener(earlyMuxers);
    }

    private void handshake(ByteBuf in, SecureHandshake agreed) {
        try {
            agreed.feed(in);
        } finally {
            output.writeBytes(agreed.takeOutput()); // perhaps an alert that says why
        }
        agreed.channel().ifPresent(this::secured);
    }

    private void secured(SecureChannel secured) {
        channel = secured;
        if (secured.muxer().isPresent()) {
            stage = Stage.DONE;
            return;
        }
        stage = Stage.MUXER;
        selector = select(MUXERS);
        seal(secured, selector.takeOutput().get());
    }

    private Optional<ByteBuf> muxer(ByteBuf in, SecureChannel secured) {
        if (!secured.next(in)) {
            return Optional.empty();
        }
        ByteBuf plaintext = secured.take();
        boolean kept = false;
        try {
            Negotiation outcome = selector.feed(plaintext);
            seal(secured, selector.takeOutput().get());
            if (outcome == Negotiation.Refused.REFUSED) {
                throw new ProtocolRefusedException("peer does not speak " + Yamux.PROTOCOL_ID);
            }
            if (outcome instanceof Negotiation.Accepted) {
                stage = Stage.DONE;
            }
            kept = plaintext.isReadable();
            return kept ? Optional.of(plaintext) : Optional.empty();
        } finally {
            if (!kept) {
                plaintext.release();
            }
        }
    }

    private Selector select(List<String> protocols) {
        return dialer ? Selector.of(new MultistreamDialer(protocols)) : Selector.of(new MultistreamListener(protocols));
    }

    private void seal(SecureChannel secured, byte[] plaintext) {
        if (plaintext.length > 0) {
            secured.plaintext().writeBytes(plaintext);
            ByteBuf record = Unpooled.buffer(plaintext.length + secured.maxSealedBytes() - secured.maxPlaintextBytes());
            secured.seal(record);
            byte[] bytes = new byte[record.readableBytes()];
            record.readBytes(bytes).release();
            output.writeBytes(bytes);
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
     * @return the channel, or empty before the end of the handshake
     */
    public Optional<SecureChannel> channel() {
        return Optional.ofNullable(channel);
    }

    private static <T> T known(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the handshake has not come so far");
        }
        return value;
    }
}
