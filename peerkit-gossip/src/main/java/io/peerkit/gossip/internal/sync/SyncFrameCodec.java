// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.reconcile.DeepCheck;
import io.peerkit.gossip.internal.reconcile.Fingerprint;
import io.peerkit.gossip.internal.reconcile.ShortSymbols;
import io.peerkit.gossip.internal.reconcile.Sketch;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Sync frames as CBOR maps; unknown keys are ignored, unknown types refused.
 *
 * <pre>{@code
 *   { t: 1, c: count, d?: deep, e: epoch, f: fingerprint (16), n: network (8), p?: pending, s: scope,
 *     v: version, x?: estimate (64), z: nonce (8) }                                                        hello
 *   { t: 2 }                                                                                   busy
 *   { t: 3, a?: key (40), k: keys (40 each), l: last }                                         keys
 *   { t: 4, m: message }                                                                       reconcile
 *   { t: 5, i: ids (32 each) }                                                                 want
 *   { t: 6, e: packed }                                                                        entries
 *   { t: 7 }                                                                                   done
 *   { t: 8, r: reason }                                                                        refuse
 *   { t: 9, c?: count, p?: pending, w: way (0 to 4), y?: symbols (12 each) }                   answer
 *   { t: 10, u: up to }                                                                        more
 *   { t: 11, y: symbols (12 each) }                                                            symbols
 *   { t: 12, i: short ids (8 each) }                                                           want by short id
 *   { t: 13, h: sum (16) }                                                                     sum
 *   { t: 14, n: entries }                                                                      offer
 *   { t: 15, n: entries, s: state (0 to 2) }                                                   stored
 * }</pre>
 */
public final class SyncFrameCodec {
    /** The longest frame in bytes: the largest entry fits. */
    public static final int MAX_FRAME_BYTES = 2 * 1_048_576;

    /** The most keys or ids in a frame. */
    public static final int MAX_KEYS = 16_384;

    /** The longest reconciliation message in bytes. */
    public static final int MAX_MESSAGE_BYTES = 524_288;

    /** The most coded symbols of a session. */
    static final int MAX_SYMBOLS = 2_048;

    /** The longest name of a scope in characters. */
    static final int MAX_SCOPE_LENGTH = 128;

    static final int ID_BYTES = EntryKeys.ID_BYTES;
    static final int SYMBOL_BYTES = ShortSymbols.SYMBOL_BYTES;

    private static final int MAX_REASON_LENGTH = 64;
    private static final int MAX_MAP_ITEMS = 1_024;
    private static final CborLimits LIMITS = new CborLimits(MAX_FRAME_BYTES, 4, MAX_MAP_ITEMS);
    private static final int HELLO = 1;
    private static final int BUSY = 2;
    private static final int KEYS = 3;
    private static final int RECONCILE = 4;
    private static final int WANT = 5;
    private static final int ENTRIES = 6;
    private static final int DONE = 7;
    private static final int REFUSE = 8;
    private static final int ANSWER = 9;
    private static final int MORE = 10;
    private static final int SYMBOLS = 11;
    private static final int WANT_SHORT = 12;
    private static final int SUM = 13;
    private static final int OFFER = 14;
    private static final int STORED = 15;

    private SyncFrameCodec() {}

    /** Encodes a frame. */
    public static byte[] encode(SyncFrame frame) {
        CborMapBuilder map = CborMap.builder();
        if (frame instanceof SyncFrame.Entries entries) {
            map.put("t", ENTRIES).put("e", EntryPacking.pack(entries.entries()));
        } else if (frame instanceof SyncFrame.Want want) {
            map.put("t", WANT).put("i", want.ids());
        } else if (frame instanceof SyncFrame.Reconcile reconcile) {
            map.put("t", RECONCILE).put("m", reconcile.message());
        } else if (frame instanceof SyncFrame.Keys keys) {
            map.put("t", KEYS).put("k", keys.keys()).put("l", keys.last());
            keys.after().ifPresent(key -> map.put("a", EntryKeys.pack(List.of(key))));
        } else if (frame instanceof SyncFrame.Hello hello) {
            putHello(map, hello);
        } else if (frame instanceof SyncFrame.Refuse refuse) {
            map.put("t", REFUSE).put("r", refuse.reason());
        } else {
            putShort(map, frame);
        }
        return Cbor.encode(map.build());
    }

    private static void putShort(CborMapBuilder map, SyncFrame frame) {
        if (frame instanceof SyncFrame.Answer answer) {
            putAnswer(map, answer);
        } else if (frame instanceof SyncFrame.More more) {
            map.put("t", MORE).put("u", more.upTo());
        } else if (frame instanceof SyncFrame.Symbols symbols) {
            map.put("t", SYMBOLS).put("y", symbols.symbols());
        } else if (frame instanceof SyncFrame.WantShort want) {
            map.put("t", WANT_SHORT).put("i", want.shortIds());
        } else if (frame instanceof SyncFrame.Sum sum) {
            map.put("t", SUM).put("h", sum.sum());
        } else if (frame instanceof SyncFrame.Offer offer) {
            map.put("t", OFFER).put("n", offer.entries());
        } else if (frame instanceof SyncFrame.Stored stored) {
            map.put("t", STORED).put("n", stored.entries()).put("s", stored.state().code);
        } else {
            map.put("t", frame instanceof SyncFrame.Busy ? BUSY : DONE);
        }
    }

    private static void putHello(CborMapBuilder map, SyncFrame.Hello hello) {
        map.put("t", HELLO)
                .put("c", hello.count())
                .putUnsigned("e", hello.epoch())
                .put("f", hello.fingerprint().toBytes())
                .put("n", word(hello.network()))
                .put("s", hello.scope())
                .put("v", hello.version())
                .put("z", word(hello.nonce()));
        if (hello.head() != 0) {
            map.put("h", word(hello.head()));
        }
        hello.estimate().ifPresent(estimate -> map.put("x", estimate));
        if (hello.deep()) {
            map.put("d", true);
        }
        if (hello.pending()) {
            map.put("p", true);
        }
    }

    private static void putAnswer(CborMapBuilder map, SyncFrame.Answer answer) {
        map.put("t", ANSWER).put("w", answer.way().code);
        if (!isSame(answer.way())) {
            map.put("c", answer.count());
        }
        if (answer.way() == SyncFrame.Way.SYMBOLS) {
            map.put("y", answer.symbols());
        }
        if (answer.pending()) {
            map.put("p", true);
        }
    }

    private static boolean isSame(SyncFrame.Way way) {
        return way == SyncFrame.Way.EQUAL || way == SyncFrame.Way.CHECK;
    }

    private static byte[] word(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    /**
     * Decodes a frame.
     *
     * @throws InvalidBytesException when it is malformed or over a bound
     */
    public static SyncFrame decode(byte[] payload) {
        CborMap map = Cbor.decodeMap("sync frame", payload, LIMITS);
        int type = map.requireInt("t", 0, Integer.MAX_VALUE);
        return switch (type) {
            case HELLO -> hello(map);
            case BUSY -> new SyncFrame.Busy();
            case KEYS -> keys(map);
            case RECONCILE -> new SyncFrame.Reconcile(map.requireBytes("m", MAX_MESSAGE_BYTES));
            case WANT -> new SyncFrame.Want(packed(map, "i", EntryKeys.ID_BYTES));
            case ENTRIES -> new SyncFrame.Entries(EntryPacking.unpack(map.requireBytes("e", MAX_FRAME_BYTES)));
            case DONE -> new SyncFrame.Done();
            case REFUSE -> new SyncFrame.Refuse(map.requireText("r", MAX_REASON_LENGTH));
            case ANSWER -> answer(map);
            case MORE -> new SyncFrame.More(map.requireInt("u", 1, MAX_SYMBOLS));
            case SYMBOLS -> new SyncFrame.Symbols(symbols(map));
            case WANT_SHORT -> new SyncFrame.WantShort(packed(map, "i", Long.BYTES));
            case SUM -> new SyncFrame.Sum(map.requireBytesExact("h", DeepCheck.LENGTH_BYTES));
            case OFFER -> new SyncFrame.Offer(map.requireInt("n", 1, Integer.MAX_VALUE));
            case STORED ->
                new SyncFrame.Stored(
                        map.requireLong("n", 0, Long.MAX_VALUE),
                        SyncFrame.Stored.State.of(map.requireInt("s", 0, SyncFrame.Stored.State.MAX_CODE)));
            default -> throw new InvalidBytesException("sync frame of type " + type + ", must be 1 to 15");
        };
    }

    private static SyncFrame.Hello hello(CborMap map) {
        return new SyncFrame.Hello(
                map.requireInt("v", 1, Integer.MAX_VALUE),
                word(map, "n"),
                map.requireText("s", MAX_SCOPE_LENGTH),
                map.requireUnsigned("e"),
                map.get("h").isPresent() ? word(map, "h") : 0,
                map.requireInt("c", 0, Integer.MAX_VALUE),
                Fingerprint.of(map.requireBytesExact("f", Fingerprint.LENGTH_BYTES)),
                word(map, "z"),
                map.optionalBytesExact("x", Sketch.ESTIMATE_BYTES),
                map.optionalBoolean("d").orElse(false),
                map.optionalBoolean("p").orElse(false));
    }

    private static SyncFrame.Answer answer(CborMap map) {
        SyncFrame.Way way = SyncFrame.Way.of(map.requireInt("w", 0, SyncFrame.Way.MAX_CODE));
        return new SyncFrame.Answer(
                way,
                isSame(way) ? 0 : map.requireInt("c", 0, Integer.MAX_VALUE),
                way == SyncFrame.Way.SYMBOLS ? symbols(map) : new byte[0],
                map.optionalBoolean("p").orElse(false));
    }

    private static byte[] symbols(CborMap map) {
        return EntryKeys.requireWhole("y", map.requireBytes("y", MAX_FRAME_BYTES), SYMBOL_BYTES, MAX_SYMBOLS);
    }

    private static long word(CborMap map, String key) {
        return ByteBuffer.wrap(map.requireBytesExact(key, Long.BYTES)).getLong();
    }

    private static SyncFrame.Keys keys(CborMap map) {
        Optional<EntryKey> after =
                map.optionalBytesExact("a", EntryKeys.KEY_BYTES).map(key -> EntryKeys.key(key, 0));
        return new SyncFrame.Keys(packed(map, "k", EntryKeys.KEY_BYTES), after, map.requireBoolean("l"));
    }

    private static byte[] packed(CborMap map, String key, int itemBytes) {
        return EntryKeys.requireWhole(key, map.requireBytes(key, MAX_FRAME_BYTES), itemBytes, MAX_KEYS);
    }
}
