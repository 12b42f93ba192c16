// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

/** What a peer can spend in a session. Whoever spends more loses it; {@link SyncCounters} count how often. */
public enum SyncBudget {
    /** Times that range-based reconciliation waited for an answer. */
    ROUNDS("rounds of reconciliation"),
    /** Messages of range-based reconciliation. */
    MESSAGES("messages of reconciliation"),
    /** Requests for more coded symbols, which all must bring some. */
    SYMBOLS("coded symbols"),
    /** Entries wanted by short id. */
    SHORT_IDS("short ids"),
    /** Entries wanted by id, or named as wanted. */
    IDS("ids"),
    /** Keys listed. */
    KEYS("keys"),
    /** Entries sent. */
    ENTRIES("entries"),
    /** Bytes of frames without entries. */
    BYTES("bytes beside entries"),
    /** Entries that are wrong. */
    WRONG_ENTRIES("wrong entries"),
    /** How long a session lasts. */
    TIME("half patiences"),
    /** How long nothing moves. */
    PATIENCE("half patiences without progress");

    private final String unit;

    SyncBudget(String unit) {
        this.unit = unit;
    }

    /** Says how much was spent. */
    String exceeded(long spent, long bound) {
        return "sync session with " + spent + " " + unit + ", at most " + bound;
    }
}
