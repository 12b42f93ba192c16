// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/** An application's answer to an incoming entry. */
public enum IntegrationVerdict {
    /** Keep it. */
    ACCEPTED,
    /** Do not keep its blob and do not pass it on; the entry's header stays, so that it is not offered again. */
    REJECTED
}
