// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.WireEntries;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Push frames as CBOR maps; unknown keys are ignored, unknown types refused.
 *
 * <pre>{@code
 *   { t: 1, e: [envelope, blob, ...], r: runs }       entries; without r they were asked for
 *   { t: 2, k: keys (40 bytes each), r: runs }        announce; r may be missing
 *   { t: 3, i: ids (32 bytes each), g: routes }       want; g may be missing
 *   { t: 4, g: routes (8 bytes each) }                prune
 *
 *   run: route (8 bytes), hops (1), count (2), most significant byte first
 * }</pre>
 */
public final class PushFrameCodec {
    /** The longest frame in bytes: the largest entry fits. */
    public static final int MAX_FRAME_BYTES = 2 * 1_048_576;

    /** The most keys or ids in a frame. */
    public static final int MAX_KEYS = 1_024;

    /** The most routes in a frame. */
    public static final int MAX_ROUTES = 256;

    private static final int ROUTE_BYTES = 8;
    private static final int RUN_BYTES = ROUTE_BYTES + 3;
    private static final CborLimits LIMITS = new CborLimits(MAX_FRAME_BYTES, 4, 4 * WireEntries.MAX_ENTRIES);
    private static final int ENTRIES = 1;
    private static final int ANNOUNCE = 2;
    private static final int WANT = 3;
    private static final int PRUNE = 4;

    private PushFrameCodec() {}

    /** Encodes a frame. */
    public static byte[] encode(PushFrame frame) {
        CborMapBuilder map = CborMap.builder();
        if (frame instanceof PushFrame.Entries entries) {
            map.put("t", ENTRIES).put("e", WireEntries.encode(entries.entries()));
            putRuns(map, entries.runs());
        } else if (frame instanceof PushFrame.Announce announce) {
            map.put("t", ANNOUNCE).put("k", announce.keys());
            putRuns(map, announce.runs());
        } else if (frame instanceof PushFrame.Want want) {
            map.put("t", WANT).put("i", want.ids());
            if (!want.grafts().isEmpty()) {
                map.put("g", pack(want.grafts()));
            }
        } else {
            map.put("t", PRUNE).put("g", pack(((PushFrame.Prune) frame).routes()));
        }
        return Cbor.encode(map.build());
    }

    private static void putRuns(CborMapBuilder map, List<PushFrame.Run> runs) {
        if (runs.isEmpty()) {
            return;
        }
        ByteBuffer packed = ByteBuffer.allocate(runs.size() * RUN_BYTES);
        for (PushFrame.Run run : runs) {
            packed.putLong(run.route()).put((byte) run.hops()).putShort((short) run.count());
        }
        map.put("r", packed.array());
    }

    private static byte[] pack(List<Long> routes) {
        ByteBuffer packed = ByteBuffer.allocate(routes.size() * ROUTE_BYTES);
        routes.forEach(packed::putLong);
        return packed.array();
    }

    /**
     * Decodes a frame.
     *
     * @throws InvalidBytesException when it is malformed or over a bound
     */
    public static PushFrame decode(byte[] payload) {
        CborMap map = Cbor.decodeMap("push frame", payload, LIMITS);
        int type = map.requireInt("t", 0, Integer.MAX_VALUE);
        switch (type) {
            case ENTRIES -> {
                var entries = WireEntries.decode(map.requireList("e", 2 * WireEntries.MAX_ENTRIES));
                return new PushFrame.Entries(entries, runs(map, entries.size()));
            }
            case ANNOUNCE -> {
                byte[] keys = EntryKeys.requireWhole(
                        "k", map.requireBytes("k", MAX_FRAME_BYTES), EntryKeys.KEY_BYTES, MAX_KEYS);
                return new PushFrame.Announce(keys, runs(map, keys.length / EntryKeys.KEY_BYTES));
            }
            case WANT -> {
                byte[] ids = EntryKeys.requireWhole(
                        "i", map.requireBytes("i", MAX_FRAME_BYTES), EntryKeys.ID_BYTES, MAX_KEYS);
                return new PushFrame.Want(ids, routes(map.optionalBytes("g", MAX_FRAME_BYTES)));
            }
            case PRUNE -> {
                return new PushFrame.Prune(routes(Optional.of(map.requireBytes("g", MAX_FRAME_BYTES))));
            }
            default -> throw new InvalidBytesException("push frame of type " + type + ", must be 1 to 4");
        }
    }

    private static List<PushFrame.Run> runs(CborMap map, int items) {
        Optional<byte[]> packed = map.optionalBytes("r", MAX_FRAME_BYTES);
        if (packed.isEmpty()) {
            return List.of();
        }
        ByteBuffer bytes = ByteBuffer.wrap(EntryKeys.requireWhole("r", packed.get(), RUN_BYTES, items));
        List<PushFrame.Run> runs = new ArrayList<>(bytes.remaining() / RUN_BYTES);
        int sum = 0;
        while (bytes.hasRemaining()) {
            PushFrame.Run run = new PushFrame.Run(
                    bytes.getLong(), Byte.toUnsignedInt(bytes.get()), Short.toUnsignedInt(bytes.getShort()));
            sum += run.count();
            runs.add(run);
        }
        if (sum != items) {
            throw new InvalidBytesException("runs of " + sum + " items, must be " + items);
        }
        return runs;
    }

    private static List<Long> routes(Optional<byte[]> packed) {
        if (packed.isEmpty()) {
            return List.of();
        }
        ByteBuffer bytes = ByteBuffer.wrap(EntryKeys.requireWhole("g", packed.get(), ROUTE_BYTES, MAX_ROUTES));
        List<Long> routes = new ArrayList<>(bytes.remaining() / ROUTE_BYTES);
        while (bytes.hasRemaining()) {
            routes.add(bytes.getLong());
        }
        return routes;
    }
}
