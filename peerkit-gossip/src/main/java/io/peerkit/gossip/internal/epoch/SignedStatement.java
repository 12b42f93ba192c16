// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.gossip.Authority;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A statement with the signatures of the authority's agents.
 *
 * <pre>{@code
 *   { g: agent (32) and signature (64), one pair behind the other, agents ascending; s: statement }
 *   signature = Ed25519 over "peerkit-epoch-2" || SHA-256(statement)
 * }</pre>
 */
public final class SignedStatement {
    /** The longest encoding in bytes. */
    public static final int MAX_BYTES = 3_072;

    private static final byte[] DOMAIN = "peerkit-epoch-2".getBytes(StandardCharsets.US_ASCII);
    private static final int AGENT_BYTES = 32;
    private static final int SIGNATURE_BYTES = 64;
    private static final int PAIR_BYTES = AGENT_BYTES + SIGNATURE_BYTES;
    private static final CborLimits LIMITS = new CborLimits(MAX_BYTES, 1, 8);

    private final EpochStatement statement;
    private final SortedMap<AgentId, byte[]> signatures;

    /**
     * @param statement what is said
     * @param signatures by whom, at most {@value Authority#MAX_AGENTS}
     */
    public SignedStatement(EpochStatement statement, SortedMap<AgentId, byte[]> signatures) {
        this.statement = statement;
        this.signatures = Collections.unmodifiableSortedMap(new TreeMap<>(signatures));
    }

    /** What is said. */
    public EpochStatement statement() {
        return statement;
    }

    /** Who signed it. */
    public SortedMap<AgentId, byte[]> signatures() {
        return signatures;
    }

    /** What an agent of the authority signs. */
    public static byte[] message(EpochStatement statement) {
        byte[] message = Arrays.copyOf(DOMAIN, DOMAIN.length + AGENT_BYTES);
        statement.hash().copyTo(message, DOMAIN.length);
        return message;
    }

    /** The statement with one more signature. */
    public SignedStatement with(AgentId signer, byte[] signature) {
        SortedMap<AgentId, byte[]> more = new TreeMap<>(signatures);
        more.put(signer, signature.clone());
        return new SignedStatement(statement, more);
    }

    /**
     * Whether enough of an authority signed it. Signatures of others are not looked at.
     *
     * @param authority who may
     * @param agent checks signatures
     */
    public boolean isSigned(Authority authority, Agent agent) {
        byte[] message = message(statement);
        int valid = 0;
        for (AgentId signer : authority.agents()) {
            byte[] signature = signatures.get(signer);
            if (signature != null && agent.verify(signer, message, signature)) {
                valid++;
            }
        }
        return valid >= authority.needed();
    }

    /** The bytes that travel and rest. */
    public byte[] encode() {
        byte[] pairs = new byte[signatures.size() * PAIR_BYTES];
        int at = 0;
        for (var pair : signatures.entrySet()) {
            pair.getKey().copyTo(pairs, at);
            System.arraycopy(pair.getValue(), 0, pairs, at + AGENT_BYTES, SIGNATURE_BYTES);
            at += PAIR_BYTES;
        }
        return Cbor.encode(
                CborMap.builder().put("g", pairs).put("s", statement.encode()).build());
    }

    /**
     * Reads a signed statement; the signatures are not checked.
     *
     * @throws InvalidBytesException when it is malformed, over a bound, or its signers are not in ascending order
     */
    public static SignedStatement decode(byte[] encoded) {
        CborMap map = Cbor.decodeMap("signed statement", encoded, LIMITS);
        byte[] pairs = map.requireBytes("g", Authority.MAX_AGENTS * PAIR_BYTES);
        if (pairs.length % PAIR_BYTES != 0) {
            throw new InvalidBytesException(
                    "signatures of " + pairs.length + " bytes, must be a multiple of " + PAIR_BYTES);
        }
        TreeMap<AgentId, byte[]> signatures = new TreeMap<>();
        for (int at = 0; at < pairs.length; at += PAIR_BYTES) {
            AgentId signer = AgentId.of(Arrays.copyOfRange(pairs, at, at + AGENT_BYTES));
            if (!signatures.isEmpty() && signatures.lastKey().compareTo(signer) >= 0) {
                throw new InvalidBytesException("signer " + signer + " is not above the one before it");
            }
            signatures.put(signer, Arrays.copyOfRange(pairs, at + AGENT_BYTES, at + PAIR_BYTES));
        }
        return new SignedStatement(EpochStatement.decode(map.requireBytes("s", EpochStatement.MAX_BYTES)), signatures);
    }
}
