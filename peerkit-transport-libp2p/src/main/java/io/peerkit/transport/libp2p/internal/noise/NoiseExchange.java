// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.netty.buffer.ByteBuf;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/** The messages of {@link LibP2pNoise} as they lie on the connection. */
final class NoiseExchange implements SecureHandshake {
    private final LibP2pNoise noise;
    private final boolean dialer;
    private final NoiseFrameReader frames = new NoiseFrameReader(NoiseSecurity.MAX_HANDSHAKE_MESSAGE_BYTES);
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private Optional<SecureChannel> channel = Optional.empty();

    NoiseExchange(LibP2pNoise noise, boolean dialer) {
        this.noise = noise;
        this.dialer = dialer;
    }

    @Override
    public void start() {
        if (dialer) {
            write(noise.start());
        }
    }

    @Override
    public void feed(ByteBuf in) {
        while (channel.isEmpty() && frames.next(in)) {
            LibP2pNoise.Step step = noise.receive(frames.take());
            step.send().ifPresent(this::write);
            channel = step.session().map(NoiseChannel::new);
        }
    }

    private void write(byte[] message) {
        output.write(message.length >>> Byte.SIZE);
        output.write(message.length);
        output.writeBytes(message);
    }

    @Override
    public byte[] takeOutput() {
        byte[] bytes = output.toByteArray();
        output.reset();
        return bytes;
    }

    @Override
    public Optional<SecureChannel> channel() {
        return channel;
    }
}
