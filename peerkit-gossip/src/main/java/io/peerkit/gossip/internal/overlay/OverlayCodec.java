// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import io.peerkit.gossip.internal.entry.EntryKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Overlay messages as CBOR maps; unknown keys are ignored, unknown types refused. Cards travel beside them.
 *
 * <pre>{@code
 *   { t: 1 }                                 join
 *   { t: 2, p: path, l: steps, h: high }     walk
 *   { t: 3, p: path, f: finder }             found
 *   { t: 4, h: high }                        neighbour
 *   { t: 5 }                                 accept
 *   { t: 6 }                                 refuse
 *   { t: 7 }                                 part
 *   { t: 8, p: path, l: steps }              shuffle
 *   { t: 9, p: path }                        shuffled
 *   { t: 10, n: agents }                     size
 * }</pre>
 */
public final class OverlayCodec {
    /** The most agents on a path. */
    public static final int MAX_PATH = 16;

    /** The most steps that a walk may still have. */
    public static final int MAX_STEPS = 12;

    private static final int ID_BYTES = 32;
    private static final CborLimits LIMITS = new CborLimits(ConnectionStrategy.MAX_TOLD_BYTES, 4, 64);
    private static final int JOIN = 1;
    private static final int WALK = 2;
    private static final int FOUND = 3;
    private static final int NEIGHBOUR = 4;
    private static final int ACCEPT = 5;
    private static final int REFUSE = 6;
    private static final int PART = 7;
    private static final int SHUFFLE = 8;
    private static final int SHUFFLED = 9;
    private static final int SIZE = 10;

    private OverlayCodec() {}

    /** Encodes a message. */
    public static byte[] encode(OverlayMessage message) {
        CborMapBuilder map = CborMap.builder().put("t", type(message));
        if (message instanceof OverlayMessage.Walk walk) {
            map.put("p", pack(walk.path())).put("l", walk.steps()).put("h", walk.high());
        } else if (message instanceof OverlayMessage.Found found) {
            map.put("p", pack(found.path())).put("f", found.finder().toBytes());
        } else if (message instanceof OverlayMessage.Neighbour neighbour) {
            map.put("h", neighbour.high());
        } else if (message instanceof OverlayMessage.Shuffle shuffle) {
            map.put("p", pack(shuffle.path())).put("l", shuffle.steps());
        } else if (message instanceof OverlayMessage.Shuffled shuffled) {
            map.put("p", pack(shuffled.path()));
        } else if (message instanceof OverlayMessage.Size size) {
            map.put("n", size.agents());
        }
        return Cbor.encode(map.build());
    }

    private static int type(OverlayMessage message) {
        if (message instanceof OverlayMessage.Join) {
            return JOIN;
        } else if (message instanceof OverlayMessage.Walk) {
            return WALK;
        } else if (message instanceof OverlayMessage.Found) {
            return FOUND;
        } else if (message instanceof OverlayMessage.Neighbour) {
            return NEIGHBOUR;
        } else if (message instanceof OverlayMessage.Accept) {
            return ACCEPT;
        } else if (message instanceof OverlayMessage.Refuse) {
            return REFUSE;
        } else if (message instanceof OverlayMessage.Part) {
            return PART;
        } else if (message instanceof OverlayMessage.Shuffle) {
            return SHUFFLE;
        } else if (message instanceof OverlayMessage.Shuffled) {
            return SHUFFLED;
        }
        return SIZE;
    }

    /**
     * Decodes a message.
     *
     * @throws InvalidBytesException when it is malformed or over a bound
     */
    public static OverlayMessage decode(byte[] payload) {
        CborMap map = Cbor.decodeMap("overlay message", payload, LIMITS);
        int type = map.requireInt("t", 0, Integer.MAX_VALUE);
        return switch (type) {
            case JOIN -> new OverlayMessage.Join();
            case WALK -> new OverlayMessage.Walk(path(map, 1), steps(map), map.requireBoolean("h"));
            case FOUND -> new OverlayMessage.Found(path(map, 0), AgentId.of(map.requireBytesExact("f", ID_BYTES)));
            case NEIGHBOUR -> new OverlayMessage.Neighbour(map.requireBoolean("h"));
            case ACCEPT -> new OverlayMessage.Accept();
            case REFUSE -> new OverlayMessage.Refuse();
            case PART -> new OverlayMessage.Part();
            case SHUFFLE -> new OverlayMessage.Shuffle(path(map, 1), steps(map));
            case SHUFFLED -> new OverlayMessage.Shuffled(path(map, 0));
            case SIZE -> new OverlayMessage.Size(map.requireInt("n", 0, Integer.MAX_VALUE));
            default -> throw new InvalidBytesException("overlay message of type " + type + ", must be 1 to " + SIZE);
        };
    }

    private static int steps(CborMap map) {
        return map.requireInt("l", 0, MAX_STEPS);
    }

    private static List<AgentId> path(CborMap map, int least) {
        byte[] packed = EntryKeys.requireWhole(
                "p", map.requireBytes("p", ConnectionStrategy.MAX_TOLD_BYTES), ID_BYTES, MAX_PATH);
        List<AgentId> path = new ArrayList<>(packed.length / ID_BYTES);
        for (int at = 0; at < packed.length; at += ID_BYTES) {
            path.add(AgentId.of(Arrays.copyOfRange(packed, at, at + ID_BYTES)));
        }
        if (path.size() < least) {
            throw new InvalidBytesException("path of " + path.size() + " agents, must have " + least);
        }
        return path;
    }

    private static byte[] pack(List<AgentId> path) {
        byte[] packed = new byte[path.size() * ID_BYTES];
        for (int i = 0; i < path.size(); i++) {
            path.get(i).copyTo(packed, i * ID_BYTES);
        }
        return packed;
    }
}
