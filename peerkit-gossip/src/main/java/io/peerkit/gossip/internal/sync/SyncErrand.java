// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import java.util.Set;

/** What a session is to be about. */
sealed interface SyncErrand {
    /**
     * To compare scopes.
     *
     * @param scopes that both hold
     */
    record Compare(Set<String> scopes) implements SyncErrand {}

    /**
     * To reconcile a scope that both hold.
     *
     * @param scope its name
     */
    record Reconcile(String scope) implements SyncErrand {}

    /**
     * To offer what the initiator has of a scope that only the responder holds.
     *
     * @param scope its name
     */
    record Offer(String scope) implements SyncErrand {}
}
