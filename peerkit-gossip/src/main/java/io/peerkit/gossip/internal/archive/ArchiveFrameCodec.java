// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import java.util.Optional;

/**
 * Frames of an archive as CBOR maps.
 *
 * <pre>{@code
 *   { t: 0, n: network (32), v: 1 }                                     start
 *   { t: 1, e: envelope, b?: blob }                                     entry
 *   { t: 2, d: bytes }                                                  chunk
 *   { t: 3, h: hash (32), p: chunks of the last entry looked at }       section end
 *   { t: 4, h: hash (32), c: chunks, e: entries, o: those without blob } end
 * }</pre>
 *
 * <p>Unknown keys and types are refused: whatever a later version adds changes what has to be checked, so it changes the
 * version.
 */
final class ArchiveFrameCodec {
    private static final int START = 0;
    private static final int ENTRY = 1;
    private static final int CHUNK = 2;
    private static final int SECTION_END = 3;
    private static final int END = 4;
    private static final CborLimits LIMITS = new CborLimits(ArchiveFormat.MAX_FRAME_BYTES, 1, 16);

    private ArchiveFrameCodec() {}

    static byte[] encode(ArchiveFrame frame) {
        CborMapBuilder map = CborMap.builder();
        if (frame instanceof ArchiveFrame.Start start) {
            map.put("t", START).put("n", start.network().toBytes()).put("v", ArchiveFormat.VERSION);
        } else if (frame instanceof ArchiveFrame.Entry entry) {
            map.put("t", ENTRY).put("e", entry.envelope());
            entry.blob().ifPresent(blob -> map.put("b", blob));
        } else if (frame instanceof ArchiveFrame.Chunk chunk) {
            map.put("t", CHUNK).put("d", chunk.bytes());
        } else if (frame instanceof ArchiveFrame.SectionEnd section) {
            map.put("t", SECTION_END).put("h", section.hash()).put("p", section.chunksDone());
        } else if (frame instanceof ArchiveFrame.End end) {
            map.put("t", END)
                    .put("h", end.hash())
                    .put("c", end.chunks())
                    .put("e", end.entries())
                    .put("o", end.withoutBlob());
        }
        return Cbor.encode(map.build());
    }

    /**
     * Decodes a frame.
     *
     * @throws InvalidBytesException when it is malformed, over a bound, or of a version that is not known
     */
    static ArchiveFrame decode(byte[] payload) {
        CborMap map = Cbor.decodeMap("frame", payload, LIMITS);
        int type = map.requireInt("t", 0, Integer.MAX_VALUE);
        return switch (type) {
            case START -> start(map);
            case ENTRY -> entry(map);
            case CHUNK -> {
                requireKeys(map, 2);
                yield new ArchiveFrame.Chunk(map.requireBytes("d", StoredChunk.MAX_BYTES));
            }
            case SECTION_END -> {
                requireKeys(map, 3);
                yield new ArchiveFrame.SectionEnd(
                        map.requireBytesExact("h", ArchiveFormat.HASH_BYTES), map.requireLong("p", 0, Long.MAX_VALUE));
            }
            case END -> {
                requireKeys(map, 5);
                yield new ArchiveFrame.End(
                        map.requireBytesExact("h", ArchiveFormat.HASH_BYTES),
                        map.requireLong("e", 0, Long.MAX_VALUE),
                        map.requireLong("o", 0, Long.MAX_VALUE),
                        map.requireLong("c", 0, Long.MAX_VALUE));
            }
            default -> throw new InvalidBytesException("frame of type " + type + ", must be 0 to " + END);
        };
    }

    private static ArchiveFrame.Start start(CborMap map) {
        long version = map.requireLong("v", 0, Long.MAX_VALUE);
        if (version != ArchiveFormat.VERSION) {
            throw new InvalidBytesException(
                    "archive of version " + version + ", this release reads " + ArchiveFormat.VERSION);
        }
        requireKeys(map, 3);
        return new ArchiveFrame.Start(NetworkId.of(map.requireBytesExact("n", ArchiveFormat.HASH_BYTES)));
    }

    private static ArchiveFrame.Entry entry(CborMap map) {
        Optional<byte[]> blob = map.optionalBytes("b", StoredEntry.MAX_BLOB_BYTES);
        requireKeys(map, blob.isPresent() ? 3 : 2);
        return new ArchiveFrame.Entry(map.requireBytes("e", StoredEntry.MAX_ENVELOPE_BYTES), blob);
    }

    private static void requireKeys(CborMap map, int keys) {
        if (map.size() != keys) {
            throw new InvalidBytesException("frame with " + map.size() + " keys, must have " + keys);
        }
    }
}
