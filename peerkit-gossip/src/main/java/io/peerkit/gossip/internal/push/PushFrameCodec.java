// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.WireEntries;

/**
 * Push frames as CBOR maps; unknown keys are ignored, unknown types refused.
 *
 * <pre>{@code
 *   { t: 1, e: [envelope, blob, ...] }   entries
 *   { t: 2, k: keys (40 bytes each) }    announce
 *   { t: 3, i: ids (32 bytes each) }     want
 * }</pre>
 */
public final class PushFrameCodec {
    /** The longest frame in bytes: the largest entry fits. */
    public static final int MAX_FRAME_BYTES = 2 * 1_048_576;

    /** The most keys or ids in a frame. */
    public static final int MAX_KEYS = 1_024;

    private static final CborLimits LIMITS = new CborLimits(MAX_FRAME_BYTES, 4, 4 * WireEntries.MAX_ENTRIES);
    private static final int ENTRIES = 1;
    private static final int ANNOUNCE = 2;
    private static final int WANT = 3;

    private PushFrameCodec() {}

    /** Encodes a frame. */
    public static byte[] encode(PushFrame frame) {
        if (frame instanceof PushFrame.Entries entries) {
            return Cbor.encode(CborMap.builder()
                    .put("t", ENTRIES)
                    .put("e", WireEntries.encode(entries.entries()))
                    .build());
        }
        if (frame instanceof PushFrame.Announce announce) {
            return Cbor.encode(CborMap.builder()
                    .put("t", ANNOUNCE)
                    .put("k", announce.keys())
                    .build());
        }
        PushFrame.Want want = (PushFrame.Want) frame;
        return Cbor.encode(CborMap.builder().put("t", WANT).put("i", want.ids()).build());
    }

    /**
     * Decodes a frame.
     *
     * @throws InvalidBytesException when it is malformed or over a bound
     */
    public static PushFrame decode(byte[] payload) {
        CborMap map = Cbor.decodeMap("push frame", payload, LIMITS);
        int type = map.requireInt("t", 0, Integer.MAX_VALUE);
        return switch (type) {
            case ENTRIES ->
                new PushFrame.Entries(WireEntries.decode(map.requireList("e", 2 * WireEntries.MAX_ENTRIES)));
            case ANNOUNCE ->
                new PushFrame.Announce(EntryKeys.requireWhole(
                        "k", map.requireBytes("k", MAX_FRAME_BYTES), EntryKeys.KEY_BYTES, MAX_KEYS));
            case WANT ->
                new PushFrame.Want(EntryKeys.requireWhole(
                        "i", map.requireBytes("i", MAX_FRAME_BYTES), EntryKeys.ID_BYTES, MAX_KEYS));
            default -> throw new InvalidBytesException("push frame of type " + type + ", must be 1 to 3");
        };
    }
}
