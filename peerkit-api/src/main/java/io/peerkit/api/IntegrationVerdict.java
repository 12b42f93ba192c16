// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/** An application's answer to an incoming entry. */
public enum IntegrationVerdict {
    /** Keep it. */
    ACCEPTED,
    /**
     * It is accepted, and the application has the payload in its own tables: the store keeps only the header, and asks
     * {@link StorageHooks#blob} for the payload when a peer wants it.
     */
    KEPT,
    /** Do not keep its blob and do not pass it on; the entry's header stays, so that it is not offered again. */
    REJECTED
}
