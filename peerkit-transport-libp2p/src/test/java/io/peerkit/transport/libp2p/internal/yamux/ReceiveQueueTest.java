// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceiveQueueTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    private final ReceiveQueue queue = new ReceiveQueue(allocator);

    @AfterEach
    void nothingLeaked() {
        queue.clear();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void add(int length, int held) {
        ByteBuf in = allocator.buffer(Math.max(length, held)).writeZero(length);
        queue.add(in, length, held);
        in.release();
    }

    private ByteBuf poll(int maxBytes) {
        return Objects.requireNonNull(queue.poll(maxBytes));
    }

    @Test
    void add_largePiece_keptWithoutCopy() {
        ByteBuf in = allocator.buffer(8192).writeZero(8192);
        queue.add(in, ReceiveQueue.MIN_SLICE_BYTES, 8192);
        assertThat(in.refCnt()).isEqualTo(2);
        poll(Integer.MAX_VALUE).release();
        assertThat(in.refCnt()).isEqualTo(1);
        in.release();
    }

    @Test
    void add_pieceShorterThanTheLeastSlice_copied() {
        ByteBuf in = allocator.buffer(8192).writeZero(8192);
        queue.add(in, ReceiveQueue.MIN_SLICE_BYTES - 1, ReceiveQueue.MIN_SLICE_BYTES - 1);
        assertThat(in.refCnt()).isEqualTo(1);
        in.release();
    }

    @Test
    void add_pieceOfAQuarterOfItsBuffer_keptButNotOfLess() {
        ByteBuf in = allocator.buffer(64 * 1024).writeZero(64 * 1024);
        queue.add(in, 16 * 1024, 64 * 1024);
        assertThat(in.refCnt()).isEqualTo(2);
        queue.add(in, 16 * 1024 - 1, 64 * 1024);
        assertThat(in.refCnt()).isEqualTo(2);
        in.release();
    }

    @Test
    void add_manySingleBytes_gathered() {
        for (int i = 0; i < 100_000; i++) {
            add(1, 64);
        }
        assertThat(queue.bytes()).isEqualTo(100_000);
        assertThat(queue.pieces()).isEqualTo(7);
        assertThat(allocator.metric().usedHeapMemory()).isLessThanOrEqualTo(7L * ReceiveQueue.GATHER_BYTES);
    }

    @Test
    void poll_partOfTheGatheringPiece_laterBytesGoElsewhere() {
        add(10, 64);
        ByteBuf part = poll(4);
        add(10, 64);
        ByteBuf rest = poll(100);
        assertThat(part.readableBytes()).isEqualTo(4);
        assertThat(rest.readableBytes()).isEqualTo(6);
        assertThat(queue.bytes()).isEqualTo(10);
        part.release();
        rest.release();
    }

    @Test
    void poll_empty_null() {
        assertThat(queue.poll(1)).isNull();
    }

    @Test
    void addAndPoll_random_sameBytesInOrder() {
        Random random = new Random(5);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        ByteArrayOutputStream actual = new ByteArrayOutputStream();
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(random.nextBoolean() ? 20 : 9000)];
            random.nextBytes(bytes);
            ByteBuf in = allocator.buffer(bytes.length).writeBytes(bytes);
            int held = random.nextInt(4) * bytes.length * 2;
            queue.add(in, bytes.length, held);
            in.release();
            expected.writeBytes(bytes);
            while (random.nextInt(3) > 0 && !queue.isEmpty()) {
                ByteBuf piece = poll(1 + random.nextInt(10_000));
                actual.writeBytes(ByteBufUtil.getBytes(piece));
                piece.release();
            }
        }
        while (!queue.isEmpty()) {
            ByteBuf piece = poll(Integer.MAX_VALUE);
            actual.writeBytes(ByteBufUtil.getBytes(piece));
            piece.release();
        }
        assertThat(actual.toByteArray()).isEqualTo(expected.toByteArray());
    }
}
