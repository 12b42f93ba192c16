// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.card;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborArray;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import io.peerkit.cbor.CborText;
import io.peerkit.cbor.CborValue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The bytes of an agent's address card: {@code docs/protocols/agent-info.md}.
 *
 * <pre>{@code
 *   card = {"sig": bytes(64), "body": bytes(body)}                exactly these keys
 *   body = {"agent": bytes(32), "addrs": [text…], "issued": ms, "expires": ms, "cap": capacity, …}
 *   capacity = {"b": bytes a second, "c": connections, "f": bytes free, "s": bytes of storage, …}   without what is unlimited
 *   sig  = Ed25519(agent, "peerkit-agent-info-2" || body)
 * }</pre>
 *
 * <p>The body travels as bytes, so that the signature also covers keys which only later versions know. The outer map
 * takes no others: nobody signs them, so anybody could change them.
 */
public final class AgentInfoCodec {
    /** The longest lifetime of a card: whoever is away longer has a new one anyway. */
    public static final Duration MAX_LIFETIME = Duration.ofHours(24);

    /** The latest time on a card in milliseconds since 1970, as in an entry's time: 48 bits. */
    public static final long MAX_TIME_MS = (1L << 48) - 1;

    /** The length of a signature in bytes. */
    private static final int SIGNATURE_BYTES = 64;

    private static final int AGENT_BYTES = 32;
    private static final byte[] DOMAIN = "peerkit-agent-info-2".getBytes(StandardCharsets.US_ASCII);
    private static final CborLimits CARD_LIMITS = new CborLimits(AgentInfo.MAX_BYTES, 1, 16);
    private static final CborLimits BODY_LIMITS = new CborLimits(AgentInfo.MAX_BYTES, CborLimits.DEFAULT_DEPTH, 256);

    private AgentInfoCodec() {}

    /**
     * A card that was read, but whose signature nobody checked yet.
     *
     * @param info what the card says
     * @param signed the bytes under the signature, domain included
     * @param signature by the card's agent, if it is genuine
     */
    public record Unchecked(AgentInfo info, byte[] signed, byte[] signature) {}

    /**
     * Encodes what is to be signed, of an agent without limits.
     *
     * @param agent whose card it is
     * @param addresses where to dial
     * @param issuedMs milliseconds since 1970
     * @param expiresMs milliseconds since 1970
     * @return the body
     */
    public static byte[] body(AgentId agent, List<NodeAddress> addresses, long issuedMs, long expiresMs) {
        return body(agent, addresses, NodeCapacity.unlimited(), issuedMs, expiresMs);
    }

    /**
     * Encodes what is to be signed, without the domain.
     *
     * @param agent whose card it is
     * @param addresses where to dial
     * @param capacity left out where it has no limits
     * @param issuedMs milliseconds since 1970
     * @param expiresMs milliseconds since 1970
     * @return the body
     */
    public static byte[] body(
            AgentId agent, List<NodeAddress> addresses, NodeCapacity capacity, long issuedMs, long expiresMs) {
        List<CborValue> texts = addresses.stream()
                .<CborValue>map(address -> new CborText(address.value()))
                .toList();
        CborMapBuilder body = CborMap.builder()
                .put("agent", agent.toBytes())
                .put("addrs", new CborArray(texts))
                .put("issued", issuedMs)
                .put("expires", expiresMs);
        if (!capacity.equals(NodeCapacity.unlimited())) {
            body.put("cap", capacity(capacity));
        }
        return Cbor.encode(body.build());
    }

    private static CborMap capacity(NodeCapacity capacity) {
        CborMapBuilder map = CborMap.builder();
        if (capacity.storageBytes() != NodeCapacity.UNLIMITED) {
            map.put("s", capacity.storageBytes()).put("f", capacity.storageLeft());
        }
        if (capacity.bytesPerSecond() != NodeCapacity.UNLIMITED) {
            map.put("b", capacity.bytesPerSecond());
        }
        if (capacity.connections() != NodeCapacity.MAX_CONNECTIONS) {
            map.put("c", capacity.connections());
        }
        return map.build();
    }

    /** Whatever number stands there is brought within the bounds. */
    private static NodeCapacity capacity(Optional<CborMap> map) {
        if (map.isEmpty()) {
            return NodeCapacity.unlimited();
        }
        CborMap given = map.get();
        long storage = number(given, "s");
        return new NodeCapacity(storage, Math.min(storage, number(given, "f")), number(given, "b"), (int)
                Math.min(NodeCapacity.MAX_CONNECTIONS, number(given, "c")));
    }

    private static long number(CborMap map, String key) {
        return map.optionalLong(key, 0, NodeCapacity.UNLIMITED).orElse(NodeCapacity.UNLIMITED);
    }

    /**
     * Puts the domain in front of a body.
     *
     * @param body the encoded body
     * @return what the signature covers
     */
    public static byte[] signed(byte[] body) {
        byte[] signed = new byte[DOMAIN.length + body.length];
        System.arraycopy(DOMAIN, 0, signed, 0, DOMAIN.length);
        System.arraycopy(body, 0, signed, DOMAIN.length, body.length);
        return signed;
    }

    /**
     * Encodes a card.
     *
     * @param body the encoded body
     * @param signature over {@link #signed}
     * @return the card's bytes
     */
    public static byte[] card(byte[] body, byte[] signature) {
        return Cbor.encode(
                CborMap.builder().put("sig", signature).put("body", body).build());
    }

    /**
     * Reads a card. The signature is for the caller to check.
     *
     * @param encoded the bytes a peer sent
     * @return what they say
     * @throws InvalidBytesException when they are malformed or over a bound
     */
    public static Unchecked decode(byte[] encoded) {
        CborMap card = Cbor.decodeMap("agent info", encoded, CARD_LIMITS);
        byte[] signature = card.requireBytesExact("sig", SIGNATURE_BYTES);
        byte[] bodyBytes = card.requireBytes("body", AgentInfo.MAX_BYTES);
        if (card.size() != 2) {
            throw new InvalidBytesException("agent info with " + card.size() + " keys, must be sig and body");
        }
        CborMap body = Cbor.decodeMap("agent info body", bodyBytes, BODY_LIMITS);
        AgentId agent = AgentId.of(body.requireBytesExact("agent", AGENT_BYTES));
        List<NodeAddress> addresses = body.requireList("addrs", AgentInfo.MAX_ADDRESSES).stream()
                .map(value -> new NodeAddress(value.asText("addrs", NodeAddress.MAX_LENGTH)))
                .toList();
        long issued = body.requireLong("issued", 0, MAX_TIME_MS);
        long expires = body.requireLong("expires", 0, MAX_TIME_MS);
        if (expires - issued > MAX_LIFETIME.toMillis()) {
            throw new InvalidBytesException(
                    "agent info lives " + (expires - issued) + " ms, at most " + MAX_LIFETIME.toMillis());
        }
        AgentInfo info = new AgentInfo(
                agent,
                addresses,
                Instant.ofEpochMilli(issued),
                Instant.ofEpochMilli(expires),
                capacity(body.optionalMap("cap")),
                encoded);
        return new Unchecked(info, signed(bodyBytes), signature);
    }
}
