// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

/** What a transport serves; fixed when it is made. */
public enum TransportMode {
    /** An application's node: everything. */
    NODE,
    /** A relay or bootstrap: agents are exchanged, application protocols are refused as unsupported. */
    INFRASTRUCTURE
}
