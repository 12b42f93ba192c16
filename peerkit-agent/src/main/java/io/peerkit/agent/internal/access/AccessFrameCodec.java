// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import io.peerkit.agent.NetworkAccessBytes;
import io.peerkit.agent.internal.access.AccessFrame.Challenge;
import io.peerkit.agent.internal.access.AccessFrame.Deny;
import io.peerkit.agent.internal.access.AccessFrame.Evidence;
import io.peerkit.agent.internal.access.AccessFrame.Grant;
import io.peerkit.agent.internal.access.AccessFrame.Hello;
import io.peerkit.agent.internal.access.AccessFrame.Proof;
import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.AccessNegotiation;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborArray;
import io.peerkit.cbor.CborInteger;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import io.peerkit.cbor.CborText;
import io.peerkit.cbor.CborValue;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The bytes of the handshake's frames, maps in deterministic CBOR; keys that are not listed here are ignored.
 *
 * <pre>{@code
 *   {"type": "hello",     "versions": [int…], "agent": bytes(32), "nonce": bytes(32), "caps": [text…]}
 *   {"type": "challenge", "version": int,     "agent": bytes(32), "nonce": bytes(32), "caps": [text…]}
 *   {"type": "proof",     "sig": bytes(64), "access": bytes}
 *   {"type": "grant",     "sig": bytes(64), "access": bytes}
 *   {"type": "deny",      "reason": text}
 * }</pre>
 */
public final class AccessFrameCodec {
    /** The length of either side's random bytes. */
    public static final int NONCE_BYTES = 32;

    /** The longest name of a capability. */
    public static final int MAX_CAPABILITY_CHARS = 64;

    static final int MAX_VERSIONS = 16;
    static final int MAX_VERSION = 65_535;
    static final int MAX_REASON_CHARS = 64;
    private static final int AGENT_BYTES = 32;
    private static final int SIGNATURE_BYTES = 64;
    private static final int MAX_TYPE_CHARS = 16;

    /** Room for capabilities and versions five times over, which later minor versions may use. */
    private static final CborLimits LIMITS =
            new CborLimits(AccessNegotiation.MAX_FRAME_BYTES, CborLimits.DEFAULT_DEPTH, 256);

    private AccessFrameCodec() {}

    /**
     * Whether a text can name a capability; names end up in logs, so nothing but printable ASCII passes.
     *
     * @param name any text
     * @return true for 1 to {@link #MAX_CAPABILITY_CHARS} characters from {@code !} to {@code ~}
     */
    public static boolean isCapability(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_CAPABILITY_CHARS
                && name.chars().allMatch(c -> c >= '!' && c <= '~');
    }

    static byte[] encode(AccessFrame frame) {
        CborMapBuilder map = CborMap.builder();
        if (frame instanceof Hello hello) {
            map.put("type", "hello").put("versions", integers(hello.versions()));
            introduce(map, hello.agentId(), hello.nonce(), hello.capabilities());
        } else if (frame instanceof Challenge challenge) {
            map.put("type", "challenge").put("version", challenge.version());
            introduce(map, challenge.agentId(), challenge.nonce(), challenge.capabilities());
        } else if (frame instanceof Proof proof) {
            testify(map.put("type", "proof"), proof.evidence());
        } else if (frame instanceof Grant grant) {
            testify(map.put("type", "grant"), grant.evidence());
        } else if (frame instanceof Deny deny) {
            map.put("type", "deny").put("reason", deny.reason());
        }
        return Cbor.encode(map.build());
    }

    /**
     * Reads a frame.
     *
     * @throws InvalidBytesException when it is malformed or over a bound
     */
    static AccessFrame decode(byte[] bytes) {
        CborMap map = Cbor.decodeMap("access frame", bytes, LIMITS);
        String type = map.requireText("type", MAX_TYPE_CHARS);
        return switch (type) {
            case "hello" -> new Hello(versions(map), agent(map), nonce(map), capabilities(map));
            case "challenge" ->
                new Challenge(map.requireInt("version", 1, MAX_VERSION), agent(map), nonce(map), capabilities(map));
            case "proof" -> new Proof(evidence(map));
            case "grant" -> new Grant(evidence(map));
            case "deny" -> new Deny(map.requireText("reason", MAX_REASON_CHARS));
            default -> throw new InvalidBytesException("type of an access frame is unknown");
        };
    }

    private static void introduce(CborMapBuilder map, AgentId agent, byte[] nonce, Set<String> capabilities) {
        List<CborValue> names =
                capabilities.stream().sorted().<CborValue>map(CborText::new).toList();
        map.put("agent", agent.toBytes()).put("nonce", nonce).put("caps", new CborArray(names));
    }

    private static void testify(CborMapBuilder map, Evidence evidence) {
        map.put("sig", evidence.signature())
                .put("access", evidence.accessBytes().toBytes());
    }

    private static CborArray integers(List<Integer> values) {
        return new CborArray(values.stream().<CborValue>map(CborInteger::of).toList());
    }

    private static List<Integer> versions(CborMap map) {
        List<Integer> versions = map.requireList("versions", MAX_VERSIONS).stream()
                .map(value -> value.asInt("versions", 1, MAX_VERSION))
                .toList();
        if (versions.isEmpty()) {
            throw new InvalidBytesException("versions of 0 items, at least 1");
        }
        return versions;
    }

    private static AgentId agent(CborMap map) {
        return AgentId.of(map.requireBytesExact("agent", AGENT_BYTES));
    }

    private static byte[] nonce(CborMap map) {
        return map.requireBytesExact("nonce", NONCE_BYTES);
    }

    private static Set<String> capabilities(CborMap map) {
        Set<String> names = new HashSet<>();
        for (CborValue value : map.requireList("caps", AccessGrant.MAX_CAPABILITIES)) {
            String name = value.asText("caps", MAX_CAPABILITY_CHARS);
            if (!isCapability(name) || !names.add(name)) {
                throw new InvalidBytesException("caps has a name that is empty, not printable or there twice");
            }
        }
        return names;
    }

    private static Evidence evidence(CborMap map) {
        return new Evidence(
                map.requireBytesExact("sig", SIGNATURE_BYTES),
                NetworkAccessBytes.of(map.requireBytes("access", NetworkAccessBytes.MAX_BYTES)));
    }
}
