// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.Frames;
import io.peerkit.gossip.internal.chunk.ContentChunker;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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

    /** What stands in front of the chunk's bytes, between them and the hash, and behind that: a map of d, h and t. */
    private static final byte[] CHUNK_START = {(byte) 0xa3, 0x61, 'd'};

    private static final byte[] CHUNK_MIDDLE = {0x61, 'h', 0x58, HASH_BYTES};
    private static final byte[] CHUNK_END = {0x61, 't', CHUNK};
    private static final int[] HEAD_BYTES = {5, 3, 2, 1};

    private BlobFrameCodec() {}

    /**
     * Encodes a chunk with the frame's length in front of it, the bytes copied once: gigabytes pass through here.
     *
     * @return what {@link #encode} gives behind its length
     */
    static byte[] frame(BlobHash hash, byte[] bytes) {
        byte[] head = bytesHead(bytes.length);
        int payload =
                CHUNK_START.length + head.length + bytes.length + CHUNK_MIDDLE.length + HASH_BYTES + CHUNK_END.length;
        byte[] prefix = Frames.prefix(payload);
        ByteBuffer frame = ByteBuffer.allocate(prefix.length + payload)
                .put(prefix)
                .put(CHUNK_START)
                .put(head)
                .put(bytes)
                .put(CHUNK_MIDDLE);
        hash.copyTo(frame.array(), frame.position());
        return frame.position(frame.position() + HASH_BYTES).put(CHUNK_END).array();
    }

    /** The head of a byte string, as short as can be; RFC 8949 section 3. */
    private static byte[] bytesHead(int length) {
        if (length < 24) {
            return new byte[] {(byte) (0x40 | length)};
        }
        if (length <= 0xff) {
            return new byte[] {0x58, (byte) length};
        }
        if (length <= 0xffff) {
            return new byte[] {0x59, (byte) (length >> 8), (byte) length};
        }
        return new byte[] {0x5a, (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length};
    }

    /**
     * Reads a chunk without unknown keys, whose encoding has its parts at places that its length tells. All else is left to the
     * decoder of any CBOR, which copies several times.
     */
    private static Optional<BlobFrame> plainChunk(byte[] payload) {
        int tail = CHUNK_MIDDLE.length + HASH_BYTES + CHUNK_END.length;
        for (int headBytes : HEAD_BYTES) {
            int length = payload.length - CHUNK_START.length - headBytes - tail;
            if (length < 0 || length > ContentChunker.MAX_BYTES) {
                continue;
            }
            byte[] head = bytesHead(length);
            int from = CHUNK_START.length + headBytes;
            int end = payload.length - CHUNK_END.length;
            if (head.length == headBytes
                    && isAt(payload, 0, CHUNK_START)
                    && isAt(payload, CHUNK_START.length, head)
                    && isAt(payload, from + length, CHUNK_MIDDLE)
                    && isAt(payload, end, CHUNK_END)) {
                BlobHash hash = BlobHash.of(Arrays.copyOfRange(payload, end - HASH_BYTES, end));
                return Optional.of(new BlobFrame.Chunk(hash, Arrays.copyOfRange(payload, from, from + length)));
            }
        }
        return Optional.empty();
    }

    private static boolean isAt(byte[] payload, int at, byte[] part) {
        return Arrays.equals(payload, at, at + part.length, part, 0, part.length);
    }

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
        Optional<BlobFrame> chunk = plainChunk(payload);
        if (chunk.isPresent()) {
            return chunk.get();
        }
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
