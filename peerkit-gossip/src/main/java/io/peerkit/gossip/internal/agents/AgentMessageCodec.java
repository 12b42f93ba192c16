// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.api.transport.Transport;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborArray;
import io.peerkit.cbor.CborBytes;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import io.peerkit.cbor.CborValue;
import io.peerkit.gossip.internal.entry.EntryKeys;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages of agent cards as CBOR maps; unknown keys are ignored, unknown types refused.
 *
 * <pre>{@code
 *   { t: 1, d: versions (40 bytes each), n: limit }     digest; without n there is no limit
 *   { t: 2, c: [version (40), card, ...] }              cards
 *   { t: 3, m: message, c: [version (40), card, ...] }  told, from strategy to strategy
 * }</pre>
 */
public final class AgentMessageCodec {
    /** The most cards in a message. */
    public static final int MAX_CARDS = 256;

    private static final CborLimits LIMITS = new CborLimits(Transport.MAX_MESSAGE_BYTES, 4, 8 * MAX_CARDS);
    private static final int DIGEST = 1;
    private static final int CARDS = 2;
    private static final int TOLD = 3;

    private AgentMessageCodec() {}

    /** Encodes a message. */
    public static byte[] encode(AgentMessage message) {
        if (message instanceof AgentMessage.Digest digest) {
            CborMapBuilder map = CborMap.builder().put("t", DIGEST).put("d", digest.versions());
            if (digest.limit() != AgentMessage.UNLIMITED) {
                map.put("n", digest.limit());
            }
            return Cbor.encode(map.build());
        }
        if (message instanceof AgentMessage.Told told) {
            return Cbor.encode(CborMap.builder()
                    .put("t", TOLD)
                    .put("m", told.message())
                    .put("c", items(told.cards()))
                    .build());
        }
        return Cbor.encode(CborMap.builder()
                .put("t", CARDS)
                .put("c", items(((AgentMessage.Cards) message).cards()))
                .build());
    }

    private static CborArray items(List<AgentMessage.Card> cards) {
        List<CborValue> items = new ArrayList<>();
        for (AgentMessage.Card card : cards) {
            items.add(CborBytes.wrap(CardVersion.pack(List.of(card.version()))));
            items.add(CborBytes.wrap(card.encoded()));
        }
        return new CborArray(items);
    }

    /**
     * Decodes a message; the cards in it are not looked into.
     *
     * @throws InvalidBytesException when it is malformed or over a bound
     */
    public static AgentMessage decode(byte[] payload) {
        CborMap map = Cbor.decodeMap("agents message", payload, LIMITS);
        int type = map.requireInt("t", 0, Integer.MAX_VALUE);
        if (type == DIGEST) {
            byte[] versions = map.requireBytes("d", Transport.MAX_MESSAGE_BYTES);
            return new AgentMessage.Digest(
                    EntryKeys.requireWhole("d", versions, CardVersion.BYTES, AgentDirectory.MAX_AGENTS),
                    (int) map.optionalLong("n", 0, Integer.MAX_VALUE).orElse(AgentMessage.UNLIMITED));
        }
        if (type == CARDS) {
            return new AgentMessage.Cards(cards(map, MAX_CARDS));
        }
        if (type == TOLD) {
            return new AgentMessage.Told(
                    map.requireBytes("m", ConnectionStrategy.MAX_TOLD_BYTES),
                    cards(map, ConnectionStrategy.MAX_TOLD_CARDS));
        }
        throw new InvalidBytesException("agents message of type " + type + ", must be 1 to 3");
    }

    private static List<AgentMessage.Card> cards(CborMap map, int most) {
        List<CborValue> items = map.requireList("c", 2 * most);
        if (items.size() % 2 != 0) {
            throw new InvalidBytesException("cards of " + items.size() + " items, must be an even number");
        }
        List<AgentMessage.Card> cards = new ArrayList<>(items.size() / 2);
        for (int i = 0; i < items.size(); i += 2) {
            byte[] version = items.get(i).asBytesExact("version", CardVersion.BYTES);
            cards.add(new AgentMessage.Card(
                    CardVersion.unpack(version).get(0), items.get(i + 1).asBytes("card", AgentInfo.MAX_BYTES)));
        }
        return cards;
    }
}
