// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.chunk;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the author of a large blob signs instead of the blob: it is the blob of an entry of kind {@link
 * io.peerkit.api.gossip.EntryHeader#KIND_LARGE_BLOB}.
 *
 * <pre>{@code
 *   manifest = { h: SHA-256 of the whole content (32), p: hashes of the pages (32 bytes each), s: size, v: 1 }
 * }</pre>
 *
 * @param content the SHA-256 of the whole content
 * @param size the content's length in bytes, {@link #MIN_SIZE} to {@link #MAX_SIZE}
 * @param pages names the {@link ChunkPage}s in order
 */
public record BlobManifest(BlobHash content, long size, List<BlobHash> pages) {
    /** The shortest content in bytes; anything shorter is an ordinary blob. */
    public static final long MIN_SIZE = 1_048_576 + 1;

    /** The longest content in bytes: a manifest of chunks of the least length then has half a megabyte. */
    public static final long MAX_SIZE = 1L << 40;

    private static final int HASH_BYTES = 32;
    private static final int VERSION = 1;
    private static final int KEYS = 4;
    private static final int MAX_BYTES = 1_048_576;
    private static final CborLimits LIMITS = new CborLimits(MAX_BYTES, 1, 16);

    /** Checks size and number of pages. */
    public BlobManifest {
        pages = List.copyOf(pages);
        if (size < MIN_SIZE || size > MAX_SIZE) {
            throw new InvalidBytesException(
                    "large blob of " + size + " bytes, must have " + MIN_SIZE + " to " + MAX_SIZE);
        }
        long least = pagesOf((size + ContentChunker.MAX_BYTES - 1) / ContentChunker.MAX_BYTES);
        long most = pagesOf((size - 1) / ContentChunker.MIN_BYTES + 1);
        if (pages.size() < least || pages.size() > most) {
            throw new InvalidBytesException("large blob of " + size + " bytes in " + pages.size() + " pages, must have "
                    + least + " to " + most);
        }
    }

    private static long pagesOf(long chunks) {
        return (chunks + ChunkPage.MAX_CHUNKS - 1) / ChunkPage.MAX_CHUNKS;
    }

    /** The bytes that travel. */
    public byte[] encode() {
        byte[] packed = new byte[pages.size() * HASH_BYTES];
        for (int i = 0; i < pages.size(); i++) {
            pages.get(i).copyTo(packed, i * HASH_BYTES);
        }
        return Cbor.encode(CborMap.builder()
                .put("h", content.toBytes())
                .put("p", packed)
                .put("s", size)
                .put("v", VERSION)
                .build());
    }

    /**
     * Reads a manifest; there is only one encoding of each.
     *
     * @throws InvalidBytesException when it is malformed, has unknown keys or is over a bound
     */
    public static BlobManifest decode(byte[] encoded) {
        CborMap map = Cbor.decodeMap("manifest", encoded, LIMITS);
        map.requireInt("v", VERSION, VERSION);
        byte[] packed = map.requireBytes("p", MAX_BYTES);
        if (map.size() != KEYS || packed.length % HASH_BYTES != 0) {
            throw new InvalidBytesException("manifest of " + map.size() + " keys and " + packed.length
                    + " bytes of pages, must have " + KEYS + " and a multiple of " + HASH_BYTES);
        }
        List<BlobHash> pages = new ArrayList<>(packed.length / HASH_BYTES);
        for (int at = 0; at < packed.length; at += HASH_BYTES) {
            pages.add(BlobHash.of(Arrays.copyOfRange(packed, at, at + HASH_BYTES)));
        }
        return new BlobManifest(
                BlobHash.of(map.requireBytesExact("h", HASH_BYTES)), map.requireLong("s", MIN_SIZE, MAX_SIZE), pages);
    }

    /** Whether bytes are a manifest. */
    public static boolean isValid(byte[] encoded) {
        try {
            decode(encoded);
            return true;
        } catch (InvalidBytesException e) {
            return false;
        }
    }
}
