// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

/** A router refused, answered what makes no sense, or did not answer. Never leaves the package. */
final class PortMapException extends Exception {
    private static final long serialVersionUID = 1;

    PortMapException(String message) {
        super(message);
    }

    PortMapException(String message, Throwable cause) {
        super(message, cause);
    }
}
