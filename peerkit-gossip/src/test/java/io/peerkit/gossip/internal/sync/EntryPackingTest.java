// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.gossip.internal.entry.Mutations;
import io.peerkit.gossip.internal.entry.WireEntries;
import io.peerkit.gossip.internal.entry.WireEntry;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EntryPackingTest {
    @Test
    void pack_entriesOfOneAuthor_commonBytesAndBlobHashesTravelOnce() {
        List<WireEntry> entries = entries(new SplittableRandom(1), 50);
        int plain = entries.stream()
                .mapToInt(entry -> entry.envelope().length + entry.blob().length)
                .sum();
        byte[] packed = EntryPacking.pack(entries);

        assertSame(EntryPacking.unpack(packed), entries);
        // 100 bytes of author and network, and 32 of the blob's hash, in all but the first.
        assertThat(packed.length).isLessThan(plain - 49 * 120);
    }

    @Test
    void packAndUnpack_anyEntries_same() {
        SplittableRandom random = new SplittableRandom(2);
        for (int trial = 0; trial < 2_000; trial++) {
            List<WireEntry> entries = new ArrayList<>();
            byte[] last = new byte[random.nextInt(80)];
            random.nextBytes(last);
            for (int i = random.nextInt(6); i >= 0; i--) {
                byte[] blob = new byte[random.nextInt(50)];
                random.nextBytes(blob);
                byte[] envelope = random.nextBoolean() ? last.clone() : new byte[random.nextInt(90)];
                if (envelope.length >= 32 && random.nextBoolean()) {
                    System.arraycopy(sha256(blob), 0, envelope, random.nextInt(envelope.length - 31), 32);
                } else if (envelope.length > 0) {
                    envelope[random.nextInt(envelope.length)]++;
                }
                entries.add(new WireEntry(envelope, blob));
                last = envelope;
            }
            assertSame(EntryPacking.unpack(EntryPacking.pack(entries)), entries);
        }
        assertThat(EntryPacking.unpack(EntryPacking.pack(List.of()))).isEmpty();
    }

    @Test
    void unpack_partsOutsideTheModel_refused() {
        for (byte[] bad : new byte[][] {
            {0, 1, 4 + 1}, // a byte of a model that is not there
            {0, 1, 4 + 2},
            {0, 1, 0}, // a part of no bytes
            {0, 1, 4 + 3, 7}, // a kind that is none
            {0, 1, 8, 7, 7}, // longer than the envelope
            {0, 2, 4, 7}, // cut off
            {5, 1, 2}, // a blob that is cut off
            {0, -1, -1, -1, -1, 1} // a number too long
        }) {
            assertThatThrownBy(() -> EntryPacking.unpack(bad)).isInstanceOf(InvalidBytesException.class);
        }
    }

    @Test
    void unpack_shortFrameThatWouldFillTheMemory_refused() {
        List<WireEntry> same = Collections.nCopies(600, new WireEntry(new byte[8_000], new byte[0]));
        byte[] packed = EntryPacking.pack(same);
        assertThat(packed.length).isLessThan(16_000);
        assertThatThrownBy(() -> EntryPacking.unpack(packed))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("at most 4096 and 4194304");

        List<WireEntry> many = Collections.nCopies(WireEntries.MAX_ENTRIES, new WireEntry(new byte[1], new byte[0]));
        assertThat(EntryPacking.unpack(EntryPacking.pack(many))).hasSize(WireEntries.MAX_ENTRIES);
        List<WireEntry> oneMore = new ArrayList<>(many);
        oneMore.add(many.get(0));
        assertThatThrownBy(() -> EntryPacking.unpack(EntryPacking.pack(oneMore)))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void unpack_mutations_takenOrRefused() {
        SplittableRandom random = new SplittableRandom(3);
        List<byte[]> valid = List.of(
                EntryPacking.pack(entries(random, 2)),
                EntryPacking.pack(entries(random, 3)),
                EntryPacking.pack(List.of(new WireEntry(new byte[9], new byte[3]))));
        Mutations.feed(22, valid, EntryPacking::unpack);
    }

    /** As a header and its proof: author, blob hash, network, time, a path, a signature. */
    private static List<WireEntry> entries(SplittableRandom random, int count) {
        byte[] common = new byte[100];
        random.nextBytes(common);
        List<WireEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] blob = new byte[20];
            random.nextBytes(blob);
            byte[] envelope = new byte[100 + 32 + 8 + 32 * (1 + i % 3)];
            random.nextBytes(envelope);
            System.arraycopy(common, 0, envelope, 0, 50);
            System.arraycopy(sha256(blob), 0, envelope, 50, 32);
            System.arraycopy(common, 50, envelope, 82, 50);
            entries.add(new WireEntry(envelope, blob));
        }
        return entries;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertSame(List<WireEntry> actual, List<WireEntry> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).envelope()).isEqualTo(expected.get(i).envelope());
            assertThat(actual.get(i).blob()).isEqualTo(expected.get(i).blob());
        }
    }
}
