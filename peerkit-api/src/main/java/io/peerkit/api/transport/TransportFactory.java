// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

import java.util.concurrent.CompletableFuture;

/** Settings of a transport, ready to start one. */
@FunctionalInterface
public interface TransportFactory {
    /**
     * Starts a transport: opens its ports and threads.
     *
     * @param context what the node gives it
     * @return a future of the listening transport, or failed with
     *     <ul>
     *       <li>{@link io.peerkit.api.InvalidSettingException} when a setting is wrong; it names the setting
     *       <li>{@link io.peerkit.api.PeerUnreachableException} when a port cannot be opened
     *     </ul>
     */
    CompletableFuture<Transport> start(TransportContext context);
}
