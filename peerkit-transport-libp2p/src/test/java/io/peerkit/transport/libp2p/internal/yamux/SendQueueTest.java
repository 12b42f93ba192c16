// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SendQueueTest {
    private final SendQueue queue = new SendQueue(1000);
    private final List<Object> told = new ArrayList<>();

    private static ByteBuf bytes(int length) {
        return Unpooled.buffer(Math.max(1, length)).writeZero(length);
    }

    @Test
    void add_writeOfTheBound_leavesNoRoom() {
        assertThat(queue.room()).isEqualTo(1000);
        queue.add(bytes(1000), "a");
        assertThat(queue.room()).isZero();
        queue.clear(told::add);
        assertThat(queue.room()).isEqualTo(1000);
    }

    @Test
    void add_emptyWrites_chargedToo() {
        int writes = 0;
        while (queue.room() > 0) {
            queue.add(bytes(0), writes++);
        }
        assertThat(writes).isEqualTo(16);
        queue.removeComplete(told::add);
        assertThat(told).hasSize(16);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.room()).isEqualTo(1000);
    }

    @Test
    void transfer_acrossWrites_tellsThoseThatAreComplete() {
        ByteBuf first = Unpooled.copiedBuffer(new byte[] {1, 2, 3});
        ByteBuf second = Unpooled.copiedBuffer(new byte[] {4, 5, 6});
        queue.add(first, "first");
        queue.add(bytes(0), "empty");
        queue.add(second, "second");
        ByteBuf out = Unpooled.buffer();
        queue.transfer(out, 4, told::add);
        assertThat(told).containsExactly("first", "empty");
        assertThat(first.refCnt()).isZero();
        assertThat(second.refCnt()).isEqualTo(1);
        assertThat(queue.bytes()).isEqualTo(2);
        queue.transfer(out, 2, told::add);
        assertThat(told).containsExactly("first", "empty", "second");
        assertThat(second.refCnt()).isZero();
        assertThat(ByteBufUtil.getBytes(out)).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(queue.room()).isEqualTo(1000);
    }

    @Test
    void clear_queuedWrites_releasedAndTold() {
        ByteBuf data = bytes(5);
        queue.add(data, "token");
        queue.clear(told::add);
        assertThat(data.refCnt()).isZero();
        assertThat(told).containsExactly("token");
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void isHalfFree_atHalfAndOneAbove_changes() {
        queue.add(bytes(500 - SendQueue.WRITE_COST_BYTES), "a");
        assertThat(queue.isHalfFree()).isTrue();
        queue.clear(told::add);
        queue.add(bytes(501 - SendQueue.WRITE_COST_BYTES), "b");
        assertThat(queue.isHalfFree()).isFalse();
    }
}
