// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BoundsTest {
    private static final EntryId ID = EntryId.of(new byte[32]);

    private static StoredEntry entry(int envelopeBytes, int blobBytes) {
        return new StoredEntry(
                ID, 1, BlobHash.of(new byte[32]), new byte[envelopeBytes], Optional.of(new byte[blobBytes]));
    }

    @Test
    void storedEntry_lengths_largestTakenAndOneMoreRefused() {
        assertThat(entry(
                                StoredEntry.MAX_ENVELOPE_BYTES + Storage.SEALING_BYTES,
                                StoredEntry.MAX_BLOB_BYTES + Storage.SEALING_BYTES)
                        .key())
                .isEqualTo(new EntryKey(1, ID));
        assertThatThrownBy(() -> entry(StoredEntry.MAX_ENVELOPE_BYTES + Storage.SEALING_BYTES + 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> entry(0, StoredEntry.MAX_BLOB_BYTES + Storage.SEALING_BYTES + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writeBatch_counts_largestTakenAndOneMoreRefused() {
        StoredEntry entry = entry(0, 0);
        assertThat(WriteBatch.ofEntries(Collections.nCopies(WriteBatch.MAX_ENTRIES, entry))
                        .entries())
                .hasSize(WriteBatch.MAX_ENTRIES);
        assertThatThrownBy(() -> WriteBatch.ofEntries(Collections.nCopies(WriteBatch.MAX_ENTRIES + 1, entry)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("entries: 4097, at most 4096");
        Map<String, byte[]> largest =
                Map.of("x".repeat(64), new byte[WriteBatch.MAX_METADATA_BYTES + Storage.SEALING_BYTES]);
        assertThat(WriteBatch.of(List.of(), largest).metadata()).hasSize(1);
        assertThatThrownBy(() -> WriteBatch.of(List.of(), Map.of("x".repeat(65), new byte[0])))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WriteBatch.of(
                        List.of(), Map.of("x", new byte[WriteBatch.MAX_METADATA_BYTES + Storage.SEALING_BYTES + 1])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writeBatch_removedMetadata_largestTakenAndOneMoreRefused() {
        WriteBatch most = WriteBatch.builder()
                .removeMetadata(Collections.nCopies(WriteBatch.MAX_METADATA, "x"))
                .build();
        assertThat(most.removedMetadata()).hasSize(WriteBatch.MAX_METADATA);
        assertThat(most.items()).isEqualTo(WriteBatch.MAX_METADATA);
        assertThatThrownBy(() -> WriteBatch.builder()
                        .removeMetadata(Collections.nCopies(WriteBatch.MAX_METADATA + 1, "x"))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("removedMetadata: 65, at most 64");
    }

    @Test
    void storedRecordAndChunk_lengths_largestTakenAndOneMoreRefused() {
        RecordKey key = RecordKey.of("x", new byte[1]);
        int value = StoredRecord.MAX_VALUE_BYTES + Storage.SEALING_BYTES;
        int chunk = StoredChunk.MAX_BYTES + Storage.SEALING_BYTES;
        BlobHash hash = BlobHash.of(new byte[32]);
        assertThat(new StoredRecord(key, new byte[value]).value()).hasSize(value);
        assertThat(new StoredChunk(hash, new byte[chunk]).bytes()).hasSize(chunk);
        assertThatThrownBy(() -> new StoredRecord(key, new byte[value + 1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new StoredChunk(hash, new byte[chunk + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writeBatch_records_largestTakenAndOneMoreRefused() {
        StoredRecord one = new StoredRecord(RecordKey.of("x", new byte[1]), new byte[0]);
        int most = WriteBatch.MAX_RECORDS;
        assertThat(WriteBatch.builder()
                        .records(Collections.nCopies(most, one))
                        .build()
                        .records())
                .hasSize(most);
        assertThatThrownBy(() -> WriteBatch.builder()
                        .records(Collections.nCopies(most + 1, one))
                        .build())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keyPage_lengthsThatDoNotMatch_refused() {
        assertThat(new KeyPage(new long[2], new byte[64]).size()).isEqualTo(2);
        assertThatThrownBy(() -> new KeyPage(new long[2], new byte[63])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void entryKey_timesAbove63Bits_orderedUnsigned() {
        assertThat(new EntryKey(-1, ID)).isGreaterThan(new EntryKey(1, ID));
        assertThat(new EntryKey(1, ID)).isEqualByComparingTo(new EntryKey(1, ID));
    }
}
