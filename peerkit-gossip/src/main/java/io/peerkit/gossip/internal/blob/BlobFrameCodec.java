// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.gossip.internal.chunk.ContentChunker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Blob frames as CBOR maps; unknown keys are ignored, unknown types refused.
 *
 * <pre>{@code
 *   { t: 1, i: hashes (32 each) }      want
 *   { t: 2, d: bytes, h: hash (32) }   chunk
 *   { t: 3, i: hashes (32 each) }      absent
 * }</pre>
 */
public final class BlobFrameCodec {
    /** The longest frame in bytes: the longest chunk and its hash fit, and a few keys of later versions. */
    public static final int MAX_FRAME_BYTES = ContentChunker.MAX_BYTES + 1_024;

    /** The most hashes in a frame. */
    public static final int MAX_HASHES = 64;

    private static final int HASH_BYTES = 32;
    private static final int WANT = 1;
    private static final int CHUNK = 2;
    private static final int ABSENT = 3;
    private static final CborLimits LIMITS = new CborLimits(MAX_FRAME_BYTES, 4, 64);

    private BlobFrameCodec() {}

    /** Encodes a frame. */
    public static byte[] encode(BlobFrame frame) {
        if (frame instanceof BlobFrame.Chunk chunk) {
            return Cbor.encode(CborMap.builder()
                    .put("t", CHUNK)
                    .put("d", chunk.bytes())
                    .put("h", chunk.hash().toBytes())
                    .build());
        }
        boolean want = frame instanceof BlobFrame.Want;
        List<BlobHash> hashes = want ? ((BlobFrame.Want) frame).hashes() : ((BlobFrame.Absent) frame).hashes();
        return Cbor.encode(CborMap.builder()
                .put("t", want ? WANT : ABSENT)
                .put("i", pack(hashes))
                .build());
    }

    private static byte[] pack(List<BlobHash> hashes) {
        byte[] packed = new byte[hashes.size() * HASH_BYTES];
        for (int i = 0; i < hashes.size(); i++) {
            hashes.get(i).copyTo(packed, i * HASH_BYTES);
        }
        return packed;
    }

    /**
     * Decodes a frame.
     *
     * @throws InvalidBytesException when it is malformed or over a bound
     */
    public static BlobFrame decode(byte[] payload) {
        CborMap map = Cbor.decodeMap("blob frame", payload, LIMITS);
        int type = map.requireInt("t", 0, Integer.MAX_VALUE);
        return switch (type) {
            case WANT -> new BlobFrame.Want(hashes(map));
            case CHUNK ->
                new BlobFrame.Chunk(
                        BlobHash.of(map.requireBytesExact("h", HASH_BYTES)),
                        map.requireBytes("d", ContentChunker.MAX_BYTES));
            case ABSENT -> new BlobFrame.Absent(hashes(map));
            default -> throw new InvalidBytesException("blob frame of type " + type + ", must be 1 to 3");
        };
    }

    private static List<BlobHash> hashes(CborMap map) {
        byte[] packed = map.requireBytes("i", MAX_HASHES * HASH_BYTES);
        if (packed.length == 0 || packed.length % HASH_BYTES != 0) {
            throw new InvalidBytesException(
                    "i of " + packed.length + " bytes, must be a multiple of " + HASH_BYTES + " above 0");
        }
        List<BlobHash> hashes = new ArrayList<>(packed.length / HASH_BYTES);
        for (int at = 0; at < packed.length; at += HASH_BYTES) {
            hashes.add(BlobHash.of(Arrays.copyOfRange(packed, at, at + HASH_BYTES)));
        }
        return hashes;
    }
}
