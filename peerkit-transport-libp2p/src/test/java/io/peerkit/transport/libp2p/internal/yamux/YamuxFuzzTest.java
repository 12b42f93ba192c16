// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.peerkit.transport.libp2p.internal.muxer.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random and damaged input ends in a protocol error or not at all, and never leaks. */
class YamuxFuzzTest {
    private static final int CASES = 100_000;
    private static final int MAX_INPUT_BYTES = 400;

    @Test
    void received_randomAndMutatedInput_onlyProtocolErrorsAndNoLeak() {
        long seed = 0x5EED_0002L;
        int failed = 0;
        for (int i = 0; i < CASES; i++) {
            Random random = new Random(seed + i);
            YamuxPeer peer = random.nextBoolean() ? YamuxPeer.listener() : YamuxPeer.dialer();
            try {
                run(peer, random);
                failed += peer.session.isOpen() ? 0 : 1;
                peer.closeWithoutLeak();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + (seed + i), e);
            }
        }
        // Both outcomes have to be common, or the inputs test nothing.
        assertThat(failed).as("seed %d", seed).isBetween(CASES / 10, CASES * 9 / 10);
    }

    private static void run(YamuxPeer peer, Random random) {
        List<YamuxStream> streams = new ArrayList<>();
        for (int i = 0; i < random.nextInt(4); i++) {
            streams.add(peer.session.open());
        }
        ByteBuf input = input(peer, random);
        ByteBuf out = peer.allocator.buffer();
        while (input.isReadable()) {
            int length = 1 + random.nextInt(input.readableBytes());
            peer.session.received(input.readRetainedSlice(length), random.nextInt(1000));
            for (YamuxEvent event : peer.events()) {
                if (event instanceof YamuxEvent.StreamOpened opened) {
                    streams.add(opened.stream());
                }
            }
            for (YamuxStream stream : streams) {
                use(peer, stream, random);
            }
            peer.session.pollOutput(out.clear(), Yamux.MIN_OUTPUT_BYTES + random.nextInt(1000), 5);
        }
        input.release();
        out.release();
    }

    private static void use(YamuxPeer peer, YamuxStream stream, Random random) {
        switch (random.nextInt(6)) {
            case 0 -> stream.accept();
            case 1 -> {
                ByteBuf data = peer.zeros(random.nextInt(100));
                if (stream.write(data, "token") != WriteResult.ACCEPTED) {
                    data.release();
                }
            }
            case 2 -> stream.closeWrite();
            case 3 -> stream.reset(random.nextInt(5));
            default -> {
                ByteBuf piece = stream.read(1 + random.nextInt(50), 10);
                if (piece != null) {
                    piece.release();
                }
            }
        }
    }

    /** Mostly sound frames for few streams, then damaged in some cases, or noise altogether. */
    private static ByteBuf input(YamuxPeer peer, Random random) {
        ByteBuf input = peer.allocator.buffer(MAX_INPUT_BYTES);
        if (random.nextInt(10) == 0) {
            byte[] noise = new byte[1 + random.nextInt(MAX_INPUT_BYTES)];
            random.nextBytes(noise);
            return input.writeBytes(noise);
        }
        int frames = 1 + random.nextInt(12);
        for (int i = 0; i < frames; i++) {
            frame(input, random);
        }
        if (random.nextBoolean()) {
            for (int i = 0; i <= random.nextInt(4); i++) {
                input.setByte(random.nextInt(input.writerIndex()), random.nextInt(256));
            }
        }
        return input.writerIndex(1 + random.nextInt(input.writerIndex()));
    }

    private static void frame(ByteBuf input, Random random) {
        int flags = random.nextInt(3) == 0 ? random.nextInt(16) : Yamux.SYN * random.nextInt(2);
        int id = 1 + random.nextInt(12);
        int kind = random.nextInt(10);
        if (kind < 5) {
            int length = random.nextInt(20);
            YamuxFrameEncoder.encode(new YamuxFrame.Data(flags, id, length), input);
            input.writeZero((flags & Yamux.RST) == 0 ? length : 0);
        } else if (kind < 8) {
            long delta = random.nextInt(8) == 0 ? 0xFFFF_FFFFL : random.nextInt(1000);
            YamuxFrameEncoder.encode(new YamuxFrame.WindowUpdate(flags, id, delta), input);
        } else if (kind < 9) {
            YamuxFrameEncoder.encode(new YamuxFrame.Ping(random.nextInt(4), random.nextInt(3)), input);
        } else {
            YamuxFrameEncoder.encode(new YamuxFrame.GoAway(random.nextInt(3)), input);
        }
    }
}
