// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;

/**
 * What the authority says about an epoch when it closes it; each names the one before it by its hash, so that they are a chain.
 *
 * <pre>{@code
 *   { a: count, ah: SHA-256 (32),     entries of the epoch that stay, by their digests
 *     d: count, dh: SHA-256 (32),     entries that were deleted in it
 *     k: number, from 1
 *     l: count, lh: SHA-256 (32),     all entries that are live when it closes
 *     n: network (32), p: hash of the statement before it (32; zero bytes before the first), t: time }
 * }</pre>
 *
 * @param network where it belongs
 * @param number of the epoch, from 1
 * @param previous hash of the statement of the epoch before it
 * @param time hybrid logical time of the closing; it tells people when, and decides nothing
 * @param added entries of the epoch that stay
 * @param deleted entries of any epoch that were deleted in this one
 * @param live all entries that stay
 */
public record EpochStatement(
        NetworkId network,
        long number,
        BlobHash previous,
        long time,
        DigestList.Mark added,
        DigestList.Mark deleted,
        DigestList.Mark live) {
    /** What the first statement has as the hash of the one before it. */
    public static final BlobHash NO_STATEMENT = BlobHash.of(new byte[32]);

    /** The longest encoding in bytes. */
    public static final int MAX_BYTES = 512;

    private static final int HASH_BYTES = 32;
    private static final int KEYS = 10;
    private static final CborLimits LIMITS = new CborLimits(MAX_BYTES, 1, 32);

    /** Checks the number. */
    public EpochStatement {
        if (number < 1) {
            throw new InvalidBytesException("epoch " + number + ", must be 1 or more");
        }
    }

    /** The bytes that are signed and hashed. */
    public byte[] encode() {
        return Cbor.encode(CborMap.builder()
                .put("a", added.count())
                .put("ah", added.hash().toBytes())
                .put("d", deleted.count())
                .put("dh", deleted.hash().toBytes())
                .put("k", number)
                .put("l", live.count())
                .put("lh", live.hash().toBytes())
                .put("n", network.toBytes())
                .put("p", previous.toBytes())
                .putUnsigned("t", time)
                .build());
    }

    /**
     * Reads a statement.
     *
     * @throws InvalidBytesException when it is malformed, over a bound, or has unknown keys
     */
    public static EpochStatement decode(byte[] encoded) {
        CborMap map = Cbor.decodeMap("statement", encoded, LIMITS);
        if (map.size() != KEYS) {
            throw new InvalidBytesException("statement with " + map.size() + " keys, must have " + KEYS);
        }
        return new EpochStatement(
                NetworkId.of(map.requireBytesExact("n", HASH_BYTES)),
                map.requireLong("k", 1, Long.MAX_VALUE - 1),
                BlobHash.of(map.requireBytesExact("p", HASH_BYTES)),
                map.requireUnsigned("t"),
                mark(map, "a"),
                mark(map, "d"),
                mark(map, "l"));
    }

    private static DigestList.Mark mark(CborMap map, String key) {
        return new DigestList.Mark(
                map.requireInt(key, 0, DigestList.MAX_DIGESTS),
                BlobHash.of(map.requireBytesExact(key + "h", HASH_BYTES)));
    }

    /** What the next statement names it by. */
    public BlobHash hash() {
        return BlobHash.ofBlob(encode());
    }
}
