// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.agent;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.storage.Storage;
import java.time.Instant;
import java.util.List;

/**
 * An agent's signed address card: where its node can be reached, for a while.
 *
 * <p>The {@code encoded} form is what travels and what the signature covers; it is made and checked by an
 * {@link Agent}. Of two cards of one agent the one with the later {@code issuedAt} counts.
 *
 * @param agentId whose card it is
 * @param addresses where to dial, best first, at most {@value #MAX_ADDRESSES}; empty when it can only dial out
 * @param issuedAt when it was signed, whole milliseconds
 * @param expiresAt from when on it is void, whole milliseconds
 * @param capacity what its node has to spare
 * @param encoded the signed bytes, at most {@value #MAX_BYTES}; not copied, never change them
 */
public record AgentInfo(
        AgentId agentId,
        List<NodeAddress> addresses,
        Instant issuedAt,
        Instant expiresAt,
        NodeCapacity capacity,
        byte[] encoded) {
    /** The most addresses on one card. */
    public static final int MAX_ADDRESSES = 16;

    /** The longest encoded card in bytes. */
    public static final int MAX_BYTES = 4_096;

    /** Checks the bounds, with {@link Storage#SEALING_BYTES} more for a store that seals. */
    public AgentInfo {
        addresses = List.copyOf(addresses);
        if (addresses.size() > MAX_ADDRESSES) {
            throw new InvalidBytesException(
                    "agent info with " + addresses.size() + " addresses, at most " + MAX_ADDRESSES);
        }
        if (encoded.length > MAX_BYTES + Storage.SEALING_BYTES) {
            throw new InvalidBytesException("agent info of " + encoded.length + " bytes, at most " + MAX_BYTES);
        }
        if (!expiresAt.isAfter(issuedAt)) {
            throw new InvalidBytesException("agent info expires at " + expiresAt + ", issued at " + issuedAt);
        }
    }

    /**
     * A card that says nothing of a capacity.
     *
     * @param agentId whose card it is
     * @param addresses where to dial
     * @param issuedAt when it was signed
     * @param expiresAt from when on it is void
     * @param encoded the signed bytes
     */
    public AgentInfo(
            AgentId agentId, List<NodeAddress> addresses, Instant issuedAt, Instant expiresAt, byte[] encoded) {
        this(agentId, addresses, issuedAt, expiresAt, NodeCapacity.unlimited(), encoded);
    }

    /**
     * Whether the card is void.
     *
     * @param now the current time
     * @return true from {@code expiresAt} on
     */
    public boolean isExpired(Instant now) {
        return !now.isBefore(expiresAt);
    }
}
