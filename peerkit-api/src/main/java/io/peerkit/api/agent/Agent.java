// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.agent;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The local agent: signs with its private key, which never leaves the implementation, and checks what others signed.
 *
 * <p>Safe for use by any thread. No method blocks; a signature or check takes about 0.1 ms.
 *
 * <p>Which signatures are valid is a rule of the network, so that all peers agree: 64 bytes, canonical {@code A} and
 * {@code R}, no small-order {@code A}, the cofactored equation.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8032">RFC 8032, Ed25519</a>
 * @see <a href="https://eprint.iacr.org/2020/1244">Taming the many EdDSAs</a>
 */
public interface Agent {
    /**
     * Who this is.
     *
     * @return the public key
     */
    AgentId id();

    /**
     * Signs a message. The caller puts a domain in front, so that no signature means anything elsewhere.
     *
     * @param message any bytes
     * @return 64 bytes
     */
    byte[] sign(byte[] message);

    /**
     * Checks a signature by the network's rule.
     *
     * @param signer who is said to have signed
     * @param message the bytes that were signed
     * @param signature of any length
     * @return false for every signature or key that the rule refuses
     */
    boolean verify(AgentId signer, byte[] message, byte[] signature);

    /**
     * Signs a card of this agent.
     *
     * @param addresses where it can be reached now
     * @param issuedAt now
     * @param lifetime how long the card counts
     * @return the card
     */
    AgentInfo issueInfo(List<NodeAddress> addresses, Instant issuedAt, Duration lifetime);

    /**
     * Signs a card of this agent that tells what its node has to spare.
     *
     * @param addresses where it can be reached now
     * @param capacity what it has to spare
     * @param issuedAt now
     * @param lifetime how long the card counts
     * @return the card; without an implementation it leaves the capacity out
     */
    default AgentInfo issueInfo(
            List<NodeAddress> addresses, NodeCapacity capacity, Instant issuedAt, Duration lifetime) {
        return issueInfo(addresses, issuedAt, lifetime);
    }

    /**
     * Reads and checks the card of any agent.
     *
     * @param encoded the bytes a peer sent
     * @return the card; it may be expired or lie in the future, which the caller judges
     * @throws io.peerkit.api.InvalidBytesException when it is malformed, over a bound or wrongly signed
     */
    AgentInfo readInfo(byte[] encoded);
}
