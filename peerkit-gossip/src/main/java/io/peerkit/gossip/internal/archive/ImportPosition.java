// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import io.peerkit.gossip.archive.ArchiveSummary;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How far an import got. It is written with each section's batch, so it is never ahead of what is stored nor behind it. The
 * hash tells whether a file is the one that it belongs to.
 *
 * <pre>{@code
 *   record archive/position = { b: bytes, c: chunks, e: entries, h: SHA-256 of the file up to there (32), o: without blob,
 *                               w?: owner (32) }
 * }</pre>
 *
 * @param total what was taken in
 * @param prefixHash of the file up to there
 * @param owner the blob hash of the last entry, if it has chunks, of which more may follow
 */
record ImportPosition(ArchiveSummary total, byte[] prefixHash, Optional<BlobHash> owner) {
    /** The collection of the record. */
    static final String COLLECTION = "archive";

    static final RecordKey KEY = RecordKey.of(COLLECTION, "position".getBytes(StandardCharsets.US_ASCII));

    private static final CborLimits LIMITS = new CborLimits(256, 1, 16);

    StoredRecord record() {
        CborMapBuilder map = CborMap.builder()
                .put("b", total.bytes())
                .put("c", total.chunks())
                .put("e", total.entries())
                .put("h", prefixHash)
                .put("o", total.withoutBlob());
        owner.ifPresent(hash -> map.put("w", hash.toBytes()));
        return new StoredRecord(KEY, Cbor.encode(map.build()));
    }

    static Optional<ImportPosition> read(Storage storage) {
        return StoreCalls.await(storage.record(KEY)).map(ImportPosition::decode);
    }

    private static ImportPosition decode(byte[] value) {
        try {
            CborMap map = Cbor.decodeMap("position", value, LIMITS);
            ArchiveSummary total = new ArchiveSummary(
                    map.requireLong("e", 0, Long.MAX_VALUE),
                    map.requireLong("o", 0, Long.MAX_VALUE),
                    map.requireLong("c", 0, Long.MAX_VALUE),
                    map.requireLong("b", 0, Long.MAX_VALUE));
            return new ImportPosition(
                    total,
                    map.requireBytesExact("h", ArchiveFormat.HASH_BYTES),
                    map.optionalBytesExact("w", ArchiveFormat.HASH_BYTES).map(BlobHash::of));
        } catch (InvalidBytesException e) {
            throw new StorageException("the store is damaged: record " + KEY + ": " + e.getMessage(), e);
        }
    }
}
