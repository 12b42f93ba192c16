// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

/** How bytes get to a connected node. They are encrypted from end to end on each of them. */
public enum Path {
    /** Through a relay, which sees that and how much, not what. */
    RELAYED,
    /** Through a relay, while both sides try to reach each other without it. */
    UPGRADING,
    /** Without a relay between. */
    DIRECT
}
