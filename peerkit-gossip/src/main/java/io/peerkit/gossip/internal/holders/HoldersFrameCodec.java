// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import io.peerkit.gossip.internal.entry.EntryKeys;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Holders frames as CBOR maps; unknown keys are ignored, unknown types refused.
 *
 * <pre>{@code
 *   { t: 1, k: keys (40 each) }                              ask
 *   { t: 2, h: bits, the first key the lowest of byte 0 }    held
 *   { t: 3 }                                                 busy
 * }</pre>
 */
final class HoldersFrameCodec {
    /** The longest frame in bytes: the keys of a round, and room for keys of later versions. */
    static final int MAX_FRAME_BYTES = 2_048;

    private static final int ASK = 1;
    private static final int HELD = 2;
    private static final int BUSY = 3;
    private static final CborLimits LIMITS = new CborLimits(MAX_FRAME_BYTES, 4, 64);

    private HoldersFrameCodec() {}

    static byte[] encode(HoldersFrame frame) {
        CborMapBuilder map = CborMap.builder();
        if (frame instanceof HoldersFrame.Ask ask) {
            map.put("t", ASK).put("k", EntryKeys.pack(ask.entries()));
        } else if (frame instanceof HoldersFrame.Held held) {
            map.put("t", HELD).put("h", held.indices().toByteArray());
        } else {
            map.put("t", BUSY);
        }
        return Cbor.encode(map.build());
    }

    /**
     * Decodes a frame.
     *
     * @throws InvalidBytesException when it is malformed, over a bound, or of an unknown type
     */
    static HoldersFrame decode(byte[] payload) {
        CborMap map = Cbor.decodeMap("holders frame", payload, LIMITS);
        int type = map.requireInt("t", 0, Integer.MAX_VALUE);
        return switch (type) {
            case ASK -> new HoldersFrame.Ask(keys(map));
            case HELD ->
                new HoldersFrame.Held(BitSet.valueOf(map.requireBytes("h", HolderRound.MAX_ENTRIES / Byte.SIZE)));
            case BUSY -> new HoldersFrame.Busy();
            default -> throw new InvalidBytesException("holders frame of type " + type + ", must be 1 to " + BUSY);
        };
    }

    private static List<EntryKey> keys(CborMap map) {
        byte[] packed = EntryKeys.requireWhole(
                "keys",
                map.requireBytes("k", HolderRound.MAX_ENTRIES * EntryKeys.KEY_BYTES),
                EntryKeys.KEY_BYTES,
                HolderRound.MAX_ENTRIES);
        if (packed.length == 0) {
            throw new InvalidBytesException("question about no entries");
        }
        List<EntryKey> keys = new ArrayList<>(packed.length / EntryKeys.KEY_BYTES);
        for (int at = 0; at < packed.length; at += EntryKeys.KEY_BYTES) {
            keys.add(EntryKeys.key(packed, at));
        }
        return keys;
    }
}
