// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DigestListTest {
    @Test
    void build_randomOrderAndRepeats_sortedOnce() {
        for (int seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            TreeSet<byte[]> expected = new TreeSet<>(Arrays::compareUnsigned);
            DigestList.Builder builder = new DigestList.Builder();
            int count = random.nextInt(3_000);
            for (int i = 0; i < count; i++) {
                byte[] digest = new byte[EntryDigests.BYTES];
                // Few first bytes, so that equal halves and repeats come.
                digest[0] = (byte) random.nextInt(3);
                digest[15] = (byte) random.nextInt();
                digest[8] = (byte) random.nextInt(4);
                builder.add(digest);
                expected.add(digest);
            }
            DigestList list = builder.build();
            assertThat(list.size()).as("seed %d", seed).isEqualTo(expected.size());
            List<byte[]> packed = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                packed.add(list.pack(i, i + 1));
            }
            assertThat(packed.toArray(byte[][]::new)).isDeepEqualTo(expected.toArray(byte[][]::new));
            for (byte[] digest : expected) {
                assertThat(list.contains(digest)).isTrue();
            }
            assertThat(list.contains(new byte[] {9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
                    .isFalse();
        }
    }

    @Test
    void mark_isTheHashOfTheBytes() {
        DigestList list = new ClosedEpochs(4).randomList(10_000);
        assertThat(list.mark()).isEqualTo(new DigestList.Mark(10_000, BlobHash.ofBlob(list.pack(0, 10_000))));
        assertThat(DigestList.EMPTY.mark().hash()).isEqualTo(BlobHash.ofBlob(new byte[0]));
    }

    @Test
    void addInOrder_notAscending_refused() {
        byte[] twice = new byte[2 * EntryDigests.BYTES];
        assertThatThrownBy(() -> new DigestList.Builder().addInOrder(twice)).isInstanceOf(InvalidBytesException.class);
        DigestList.Builder begun =
                new DigestList.Builder().addInOrder(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5});
        assertThatThrownBy(() -> begun.addInOrder(new byte[EntryDigests.BYTES]))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> new DigestList.Builder().addInOrder(new byte[15]))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void awaited_takenOnce_thenNoMore() {
        DigestList list = new ClosedEpochs(5).randomList(100);
        AwaitedDigests awaited = new AwaitedDigests(list);
        byte[] one = list.pack(50, 51);
        assertThat(awaited.contains(one)).isTrue();
        assertThat(awaited.take(one)).isTrue();
        assertThat(awaited.take(one)).isFalse();
        assertThat(awaited.contains(one)).isFalse();
        assertThat(awaited.size()).isEqualTo(99);
        DigestList.Builder left = new DigestList.Builder();
        awaited.copyTo(left, DigestList.EMPTY);
        assertThat(left.build().size()).isEqualTo(99);
    }
}
