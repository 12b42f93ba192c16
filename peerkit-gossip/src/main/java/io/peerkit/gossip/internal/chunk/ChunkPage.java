// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.chunk;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of a content's list of chunks, in order. It is stored and fetched as a chunk itself, named by the SHA-256 of
 * these bytes:
 *
 * <pre>{@code
 *   page = { c: chunks (36 bytes each: hash, 32; length, 4, most significant byte first), v: 1 }
 * }</pre>
 *
 * <p>Every page of a content is full but the last; every chunk has {@link ContentChunker#MIN_BYTES} to {@link
 * ContentChunker#MAX_BYTES} bytes but the last of the last page, which may be shorter. So a lying author cannot make
 * others keep books about a list much longer than the content.
 */
public final class ChunkPage {
    /** The most chunks of a page. */
    public static final int MAX_CHUNKS = 1_024;

    /** The longest encoding in bytes. */
    public static final int MAX_BYTES = 36 * MAX_CHUNKS + 16;

    private static final int HASH_BYTES = 32;
    private static final int REF_BYTES = HASH_BYTES + Integer.BYTES;
    private static final int VERSION = 1;
    private static final CborLimits LIMITS = new CborLimits(MAX_BYTES, 1, 8);

    private ChunkPage() {}

    /** Encodes 1 to {@link #MAX_CHUNKS} chunks. */
    public static byte[] encode(List<ChunkRef> chunks) {
        byte[] packed = new byte[chunks.size() * REF_BYTES];
        ByteBuffer target = ByteBuffer.wrap(packed);
        for (int i = 0; i < chunks.size(); i++) {
            chunks.get(i).hash().copyTo(packed, i * REF_BYTES);
            target.putInt(i * REF_BYTES + HASH_BYTES, chunks.get(i).length());
        }
        return Cbor.encode(CborMap.builder().put("c", packed).put("v", VERSION).build());
    }

    /**
     * Reads a page.
     *
     * @param last whether it is the last of its content
     * @throws InvalidBytesException when it is malformed or over a bound
     */
    public static List<ChunkRef> decode(byte[] encoded, boolean last) {
        CborMap map = Cbor.decodeMap("page", encoded, LIMITS);
        map.requireInt("v", VERSION, VERSION);
        byte[] packed = map.requireBytes("c", MAX_CHUNKS * REF_BYTES);
        int count = packed.length / REF_BYTES;
        if (map.size() != 2 || packed.length % REF_BYTES != 0 || count == 0 || (!last && count != MAX_CHUNKS)) {
            throw new InvalidBytesException("page of " + map.size() + " keys and " + packed.length
                    + " bytes of chunks, must have 2 and " + (last ? "1 to " : "") + MAX_CHUNKS + " times "
                    + REF_BYTES);
        }
        ByteBuffer source = ByteBuffer.wrap(packed);
        List<ChunkRef> chunks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] hash = new byte[HASH_BYTES];
            source.get(hash);
            int length = source.getInt();
            int least = last && i == count - 1 ? 1 : ContentChunker.MIN_BYTES;
            if (length < least || length > ContentChunker.MAX_BYTES) {
                throw new InvalidBytesException("chunk " + i + " of a page has " + length + " bytes, must have " + least
                        + " to " + ContentChunker.MAX_BYTES);
            }
            chunks.add(new ChunkRef(BlobHash.of(hash), length));
        }
        return chunks;
    }
}
