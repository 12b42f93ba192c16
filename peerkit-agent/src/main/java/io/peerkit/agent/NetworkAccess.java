// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NetworkId;

/**
 * Decides who belongs to a network, and convinces others that this agent does.
 *
 * <p>Called by {@link AccessHandshake} with the hash of a handshake's transcript, which holds fresh random bytes, agent
 * and node of both sides; what is bound to it cannot be used elsewhere. Implementations are safe for use by any thread and do
 * not block.
 */
public interface NetworkAccess {
    /** The shortest shared key in bytes. */
    int MIN_KEY_BYTES = 16;

    /** The length in bytes that a shared key should have. */
    int RECOMMENDED_KEY_BYTES = 32;

    /** The longest shared key in bytes. */
    int MAX_KEY_BYTES = 64;

    /**
     * Lets in whoever knows a key. The key itself is never sent, only HMAC-SHA256 values made with it.
     *
     * <p>The key must come from a good source of randomness: a password in its place could be found by trying, by
     * anyone with whom a node has begun a handshake. Zero bytes at the end of a key do not make it another (RFC 2104).
     *
     * <p>The network's id is HMAC-SHA256(key, {@code "peerkit-network-id-2"}).
     *
     * @param key {@value #MIN_KEY_BYTES} to {@value #MAX_KEY_BYTES} bytes, better {@value #RECOMMENDED_KEY_BYTES};
     *     copied
     * @return the policy
     * @throws InvalidSettingException when the key is shorter or longer
     */
    static NetworkAccess sharedKey(byte[] key) {
        if (key.length < MIN_KEY_BYTES || key.length > MAX_KEY_BYTES) {
            throw new InvalidSettingException(
                    "shared key of " + key.length + " bytes, must be " + MIN_KEY_BYTES + " to " + MAX_KEY_BYTES);
        }
        return new SharedKeyNetwork(key.clone());
    }

    /**
     * Lets in everyone. The network's id is that of {@link NetworkId#named} {@code "open"}.
     *
     * @return the policy
     */
    static NetworkAccess open() {
        return OpenNetwork.INSTANCE;
    }

    /**
     * Names the network.
     *
     * @return the same for all its members
     */
    NetworkId networkId();

    /**
     * Makes the proof that this agent belongs to the network.
     *
     * @param role this agent's side of the handshake
     * @param transcriptHash 32 bytes
     * @return a proof that {@link #accepts} takes for the same arguments
     */
    NetworkAccessBytes prove(AccessRole role, byte[] transcriptHash);

    /**
     * Checks a peer's proof.
     *
     * @param proverRole the peer's side of the handshake
     * @param prover the peer, which has proven to be this agent
     * @param transcriptHash 32 bytes
     * @param proof hostile bytes
     * @return true when the peer belongs to the network; an {@link io.peerkit.api.InvalidBytesException} counts as
     *     false
     */
    boolean accepts(AccessRole proverRole, AgentId prover, byte[] transcriptHash, NetworkAccessBytes proof);
}
