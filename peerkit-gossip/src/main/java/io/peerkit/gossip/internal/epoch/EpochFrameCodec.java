// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborArray;
import io.peerkit.cbor.CborBytes;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import io.peerkit.cbor.CborValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Epochs frames as CBOR maps; unknown keys are ignored, unknown types refused.
 *
 * <pre>{@code
 *   { t: 1, e: epoch, h: hash (32) }                        ask
 *   { t: 2 }                                                up to date
 *   { t: 3, s: signed statement }                           fork
 *   { t: 4, s: [signed statement …], f: epoch, l: leap }    chain; f and l in the last part only
 *   { t: 5, d: digests (16 each) }                          digests
 *   { t: 6, s: signed statement }                           propose
 *   { t: 7, g: signature (64) }                             signature
 *   { t: 8, r: reason, s?: signed statement }               decline
 * }</pre>
 */
public final class EpochFrameCodec {
    /** The longest frame in bytes. */
    public static final int MAX_FRAME_BYTES = 131_072;

    /** The most statements in a frame. */
    public static final int MAX_STATEMENTS = 32;

    /** The most digests in a frame. */
    public static final int MAX_DIGESTS = 4_096;

    private static final int HASH_BYTES = 32;
    private static final int ASK = 1;
    private static final int UP_TO_DATE = 2;
    private static final int FORK = 3;
    private static final int CHAIN = 4;
    private static final int DIGESTS = 5;
    private static final int PROPOSE = 6;
    private static final int SIGNATURE = 7;
    private static final int DECLINE = 8;
    private static final int SIGNATURE_BYTES = 64;
    private static final int MAX_REASON_LENGTH = 64;
    private static final CborLimits LIMITS = new CborLimits(MAX_FRAME_BYTES, 4, 128);

    private EpochFrameCodec() {}

    /** Encodes a frame. */
    public static byte[] encode(EpochFrame frame) {
        CborMapBuilder map = CborMap.builder();
        if (frame instanceof EpochFrame.Ask ask) {
            map.put("t", ASK)
                    .put("e", ask.head().epoch())
                    .put("h", ask.head().statement().toBytes());
        } else if (frame instanceof EpochFrame.UpToDate) {
            map.put("t", UP_TO_DATE);
        } else if (frame instanceof EpochFrame.Fork fork) {
            map.put("t", FORK).put("s", fork.statement().encode());
        } else if (frame instanceof EpochFrame.Chain chain) {
            List<CborValue> statements = new ArrayList<>();
            chain.statements().forEach(statement -> statements.add(CborBytes.wrap(statement.encode())));
            map.put("t", CHAIN).put("s", new CborArray(statements));
            if (chain.last()) {
                map.put("f", chain.listsFrom()).put("l", chain.leap());
            }
        } else if (frame instanceof EpochFrame.Digests digests) {
            map.put("t", DIGESTS).put("d", digests.packed());
        } else if (frame instanceof EpochFrame.Propose propose) {
            map.put("t", PROPOSE).put("s", propose.statement().encode());
        } else if (frame instanceof EpochFrame.Signature signature) {
            map.put("t", SIGNATURE).put("g", signature.signature());
        } else if (frame instanceof EpochFrame.Decline decline) {
            map.put("t", DECLINE).put("r", decline.reason());
            decline.promised().ifPresent(promised -> map.put("s", promised.encode()));
        }
        return Cbor.encode(map.build());
    }

    /**
     * Decodes a frame.
     *
     * @throws InvalidBytesException when it is malformed, over a bound, or of an unknown type
     */
    public static EpochFrame decode(byte[] payload) {
        CborMap map = Cbor.decodeMap("epochs frame", payload, LIMITS);
        int type = map.requireInt("t", 0, Integer.MAX_VALUE);
        return switch (type) {
            case ASK ->
                new EpochFrame.Ask(new EpochLedger.Head(
                        map.requireLong("e", 0, Long.MAX_VALUE - 1),
                        BlobHash.of(map.requireBytesExact("h", HASH_BYTES))));
            case UP_TO_DATE -> new EpochFrame.UpToDate();
            case FORK -> new EpochFrame.Fork(SignedStatement.decode(map.requireBytes("s", SignedStatement.MAX_BYTES)));
            case CHAIN -> chain(map);
            case DIGESTS -> new EpochFrame.Digests(digests(map));
            case PROPOSE ->
                new EpochFrame.Propose(SignedStatement.decode(map.requireBytes("s", SignedStatement.MAX_BYTES)));
            case SIGNATURE -> new EpochFrame.Signature(map.requireBytesExact("g", SIGNATURE_BYTES));
            case DECLINE ->
                new EpochFrame.Decline(
                        map.requireText("r", MAX_REASON_LENGTH),
                        map.get("s").isPresent()
                                ? Optional.of(SignedStatement.decode(map.requireBytes("s", SignedStatement.MAX_BYTES)))
                                : Optional.empty());
            default -> throw new InvalidBytesException("epochs frame of type " + type + ", must be 1 to " + DECLINE);
        };
    }

    private static EpochFrame.Chain chain(CborMap map) {
        List<SignedStatement> statements = new ArrayList<>();
        for (CborValue item : map.requireList("s", MAX_STATEMENTS)) {
            statements.add(SignedStatement.decode(item.asBytes("statement", SignedStatement.MAX_BYTES)));
        }
        if (statements.isEmpty()) {
            throw new InvalidBytesException("chain without statements");
        }
        boolean last = map.get("f").isPresent();
        return new EpochFrame.Chain(
                statements,
                last,
                last ? map.requireLong("f", 1, Long.MAX_VALUE - 1) : 0,
                last && map.requireBoolean("l"));
    }

    private static byte[] digests(CborMap map) {
        byte[] packed = map.requireBytes("d", MAX_DIGESTS * EntryDigests.BYTES);
        if (packed.length == 0 || packed.length % EntryDigests.BYTES != 0) {
            throw new InvalidBytesException(
                    "digests of " + packed.length + " bytes, must be a multiple of " + EntryDigests.BYTES);
        }
        return packed;
    }
}
