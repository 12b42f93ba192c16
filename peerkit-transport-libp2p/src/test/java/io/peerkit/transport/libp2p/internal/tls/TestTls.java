// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Two sides of TLS and what carries bytes between them. */
final class TestTls {
    static final String YAMUX = "/yamux/1.0.0";
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final SecureRandom RANDOM = new SecureRandom();
    static final NodeKey DIALER_KEY = key(1);
    static final NodeKey LISTENER_KEY = key(2);
    static final LibP2pTls DIALER = tls(DIALER_KEY);
    static final LibP2pTls LISTENER = tls(LISTENER_KEY);

    private TestTls() {}

    static NodeKey key(int number) {
        byte[] seed = new byte[NodeKey.SEED_BYTES];
        seed[0] = (byte) number;
        return NodeKey.fromSeed(seed);
    }

    static LibP2pTls tls(NodeKey key) {
        return new LibP2pTls(TlsIdentity.of(key, RANDOM), RANDOM, () -> NOW);
    }

    static SecureHandshake dialer(List<String> muxers) {
        return DIALER.dialer(muxers, Optional.of(LISTENER_KEY.peerId()));
    }

    /** Carries bytes in pieces of at most a length until nothing moves. */
    static void run(SecureHandshake one, SecureHandshake other, int pieceBytes) {
        one.start();
        other.start();
        boolean moved = true;
        while (moved) {
            moved = carry(one.takeOutput(), other, pieceBytes);
            moved |= carry(other.takeOutput(), one, pieceBytes);
        }
    }

    static boolean carry(byte[] bytes, SecureHandshake to, int pieceBytes) {
        for (int at = 0; at < bytes.length; at += pieceBytes) {
            to.feed(Unpooled.wrappedBuffer(bytes, at, Math.min(pieceBytes, bytes.length - at)));
        }
        return bytes.length > 0;
    }

    /** Dialer and listener after a handshake. */
    static SecureChannel[] channels() {
        SecureHandshake dialer = dialer(List.of(YAMUX));
        SecureHandshake listener = LISTENER.listener(List.of(YAMUX));
        run(dialer, listener, Integer.MAX_VALUE);
        return new SecureChannel[] {
            dialer.channel().orElseThrow(), listener.channel().orElseThrow()
        };
    }

    static ByteBuf seal(SecureChannel channel, byte[] plaintext) {
        channel.plaintext().writeBytes(plaintext);
        ByteBuf out = Unpooled.buffer(plaintext.length + channel.maxSealedBytes() - channel.maxPlaintextBytes());
        channel.seal(out);
        return out;
    }

    /** All that whole records in {@code in} carry. */
    static byte[] open(SecureChannel channel, ByteBuf in) {
        ByteBuf all = Unpooled.buffer();
        while (channel.next(in)) {
            all.writeBytes(channel.take());
        }
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }
}
