// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.time.Instant;

/**
 * An agent that the application turned away.
 *
 * @param agentId who
 * @param reason why, in the application's words, at most {@value #MAX_REASON_LENGTH} characters, perhaps empty
 * @param since when it was blocked first, by the local clock
 */
public record BlockedAgent(AgentId agentId, String reason, Instant since) {
    /** The longest reason in characters. */
    public static final int MAX_REASON_LENGTH = 256;
}
