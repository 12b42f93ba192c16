// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import java.util.Optional;

/**
 * Locate frames as CBOR maps; unknown keys are ignored, unknown types refused.
 *
 * <pre>{@code
 *   { t: 1, h: hash (32) }  or  { t: 1, e: entry (32) }    find
 *   { t: 2, b: blob, v?: envelope }                        found
 *   { t: 3 }                                               absent
 *   { t: 4 }                                               busy
 * }</pre>
 */
public final class LocateFrameCodec {
    /** The longest question in bytes, with room for keys of later versions. */
    public static final int MAX_QUESTION_BYTES = 512;

    /** The longest answer in bytes: the longest blob and envelope, and room for keys of later versions. */
    public static final int MAX_ANSWER_BYTES = StoredEntry.MAX_BLOB_BYTES + StoredEntry.MAX_ENVELOPE_BYTES + 1_024;

    private static final int ID_BYTES = 32;
    private static final int FIND = 1;
    private static final int FOUND = 2;
    private static final int ABSENT = 3;
    private static final int BUSY = 4;
    private static final CborLimits LIMITS = new CborLimits(MAX_ANSWER_BYTES, 4, 64);

    private LocateFrameCodec() {}

    /** Encodes a frame. */
    public static byte[] encode(LocateFrame frame) {
        CborMapBuilder map = CborMap.builder();
        if (frame instanceof LocateFrame.Find find) {
            map.put("t", FIND);
            if (find.wanted() instanceof Wanted.Blob blob) {
                map.put("h", blob.hash().toBytes());
            } else if (find.wanted() instanceof Wanted.Entry entry) {
                map.put("e", entry.id().toBytes());
            }
        } else if (frame instanceof LocateFrame.Found found) {
            map.put("t", FOUND).put("b", found.blob());
            found.envelope().ifPresent(envelope -> map.put("v", envelope));
        } else {
            map.put("t", frame instanceof LocateFrame.Busy ? BUSY : ABSENT);
        }
        return Cbor.encode(map.build());
    }

    /**
     * Decodes a frame.
     *
     * @throws InvalidBytesException when it is malformed, over a bound, or of an unknown type
     */
    public static LocateFrame decode(byte[] payload) {
        CborMap map = Cbor.decodeMap("locate frame", payload, LIMITS);
        int type = map.requireInt("t", 0, Integer.MAX_VALUE);
        return switch (type) {
            case FIND -> new LocateFrame.Find(wanted(map));
            case FOUND ->
                new LocateFrame.Found(
                        map.optionalBytes("v", StoredEntry.MAX_ENVELOPE_BYTES),
                        map.requireBytes("b", StoredEntry.MAX_BLOB_BYTES));
            case ABSENT -> new LocateFrame.Absent();
            case BUSY -> new LocateFrame.Busy();
            default -> throw new InvalidBytesException("locate frame of type " + type + ", must be 1 to " + BUSY);
        };
    }

    private static Wanted wanted(CborMap map) {
        Optional<byte[]> hash = map.optionalBytesExact("h", ID_BYTES);
        Optional<byte[]> entry = map.optionalBytesExact("e", ID_BYTES);
        if (hash.isPresent() == entry.isPresent()) {
            throw new InvalidBytesException("question for " + (hash.isPresent() ? "a blob and an entry" : "nothing"));
        }
        return hash.<Wanted>map(bytes -> new Wanted.Blob(BlobHash.of(bytes)))
                .orElseGet(() -> new Wanted.Entry(EntryId.of(entry.orElseThrow())));
    }
}
