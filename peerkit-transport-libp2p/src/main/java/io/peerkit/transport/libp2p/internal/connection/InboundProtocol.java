// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

/** Serves the streams of one protocol that a peer opens on one connection. Called on the event loop of the connection. */
@FunctionalInterface
public interface InboundProtocol {
    /**
     * Takes over a stream on which the protocol was agreed; must set its driver.
     *
     * @param stream the stream
     * @throws io.peerkit.api.PeerkitException to reset the stream
     */
    void accept(Substream stream);
}
