// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import io.peerkit.api.AgentId;
import java.time.Instant;

/**
 * An agent card as a store has it, with what the store goes by. The store does not look into the card.
 *
 * @param agentId whose card it is
 * @param issuedAt when it was signed, whole milliseconds
 * @param encoded the signed bytes; not copied
 */
public record StoredCard(AgentId agentId, Instant issuedAt, byte[] encoded) {}
