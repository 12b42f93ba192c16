// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.netty.buffer.ByteBuf;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import java.util.Optional;

/** Noise after its handshake: each record is one message behind its length. */
final class NoiseChannel implements SecureChannel {
    private static final byte[] NOTHING = {};

    private final NoiseSession session;
    private final NoiseFrameReader frames = new NoiseFrameReader(NoiseFrame.MAX_MESSAGE_BYTES);

    NoiseChannel(NoiseSession session) {
        this.session = session;
    }

    @Override
    public PeerId remote() {
        return session.remote();
    }

    @Override
    public Optional<String> muxer() {
        return session.muxer();
    }

    @Override
    public boolean next(ByteBuf in) {
        return frames.next(in);
    }

    @Override
    public ByteBuf take() {
        return frames.take(session.receiver());
    }

    @Override
    public ByteBuf plaintext() {
        return NoiseFrameWriter.ofThread().plaintext();
    }

    @Override
    public int maxPlaintextBytes() {
        return NoiseFrame.MAX_PLAINTEXT_BYTES;
    }

    @Override
    public int maxSealedBytes() {
        return NoiseFrame.LENGTH_BYTES + NoiseFrame.MAX_MESSAGE_BYTES;
    }

    @Override
    public void seal(ByteBuf out) {
        NoiseFrameWriter writer = NoiseFrameWriter.ofThread();
        writer.copyTo(out, writer.encrypt(session.sender()));
    }

    /** {@inheritDoc} Noise has no such message. */
    @Override
    public byte[] end() {
        return NOTHING;
    }

    @Override
    public void trim() {
        frames.trim();
    }
}
