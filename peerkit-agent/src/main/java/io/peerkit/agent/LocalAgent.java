// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import io.peerkit.agent.internal.card.AgentInfoCodec;
import io.peerkit.agent.internal.ed25519.SignatureRule;
import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.agent.NodeCapacity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * The agent whose private key rests in a {@link KeyStore} of this machine. The key never leaves this object.
 *
 * <p>Safe for use by any thread.
 */
public final class LocalAgent implements Agent {
    /** The longest lifetime of a card that {@link #issueInfo} makes and {@link #readInfo} takes: 24 hours. */
    public static final Duration MAX_INFO_LIFETIME = AgentInfoCodec.MAX_LIFETIME;

    private static final String SEED_NAME = "agent";

    private final byte[] privateKey;
    private final byte[] publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];
    private final AgentId id;
    private final SignatureRule rule = new SignatureRule();

    private LocalAgent(byte[] privateKey) {
        this.privateKey = privateKey;
        Ed25519.generatePublicKey(privateKey, 0, publicKey, 0);
        id = AgentId.of(publicKey);
    }

    /**
     * Opens the agent of a key store, making it on first use. Blocks while the store does.
     *
     * @param keys where the private key rests
     * @return the same agent for the same store at each start
     * @throws io.peerkit.api.StorageException when the store cannot be read or made, or is damaged
     * @throws InvalidSettingException when the store's passphrase or key is wrong, missing or superfluous
     */
    public static LocalAgent open(KeyStore keys) {
        return new LocalAgent(keys.seed(SEED_NAME));
    }

    @Override
    public AgentId id() {
        return id;
    }

    @Override
    public byte[] sign(byte[] message) {
        byte[] signature = new byte[SignatureRule.SIGNATURE_BYTES];
        // Giving the public key saves computing it for each signature. It can only be our own here: signing one
        // message with a foreign public key would give the private key away.
        Ed25519.sign(privateKey, 0, publicKey, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    @Override
    public boolean verify(AgentId signer, byte[] message, byte[] signature) {
        return rule.isValid(signer, message, signature);
    }

    /**
     * {@inheritDoc}
     *
     * @throws LimitExceededException when there are more than {@link AgentInfo#MAX_ADDRESSES} addresses or the card
     *     would be longer than {@link AgentInfo#MAX_BYTES}
     * @throws InvalidSettingException when {@code lifetime} is not 1 ms to {@link #MAX_INFO_LIFETIME}, or a time is
     *     before 1970 or after 2^48 ms
     */
    @Override
    public AgentInfo issueInfo(List<NodeAddress> addresses, Instant issuedAt, Duration lifetime) {
        return issueInfo(addresses, NodeCapacity.unlimited(), issuedAt, lifetime);
    }

    @Override
    public AgentInfo issueInfo(
            List<NodeAddress> addresses, NodeCapacity capacity, Instant issuedAt, Duration lifetime) {
        if (addresses.size() > AgentInfo.MAX_ADDRESSES) {
            throw new LimitExceededException(
                    "agent info with " + addresses.size() + " addresses, at most " + AgentInfo.MAX_ADDRESSES);
        }
        if (lifetime.compareTo(Duration.ofMillis(1)) < 0 || lifetime.compareTo(MAX_INFO_LIFETIME) > 0) {
            throw new InvalidSettingException("lifetime of " + lifetime + ", must be 1 ms to " + MAX_INFO_LIFETIME);
        }
        if (issuedAt.isBefore(Instant.EPOCH)
                || issuedAt.isAfter(Instant.ofEpochMilli(AgentInfoCodec.MAX_TIME_MS - lifetime.toMillis()))) {
            throw new InvalidSettingException(
                    "issuedAt of " + issuedAt + ", must be 0 to " + AgentInfoCodec.MAX_TIME_MS + " ms since 1970");
        }
        long issued = issuedAt.toEpochMilli();
        long expires = issued + lifetime.toMillis();
        byte[] body = AgentInfoCodec.body(id, addresses, capacity, issued, expires);
        byte[] card = AgentInfoCodec.card(body, sign(AgentInfoCodec.signed(body)));
        if (card.length > AgentInfo.MAX_BYTES) {
            throw new LimitExceededException("agent info of " + card.length + " bytes, at most " + AgentInfo.MAX_BYTES);
        }
        return new AgentInfo(
                id, addresses, Instant.ofEpochMilli(issued), Instant.ofEpochMilli(expires), capacity, card);
    }

    @Override
    public AgentInfo readInfo(byte[] encoded) {
        AgentInfoCodec.Unchecked card = AgentInfoCodec.decode(encoded);
        if (!verify(card.info().agentId(), card.signed(), card.signature())) {
            throw new InvalidBytesException(
                    "agent info of " + card.info().agentId() + " has a signature that is not by that agent");
        }
        return card.info();
    }
}
