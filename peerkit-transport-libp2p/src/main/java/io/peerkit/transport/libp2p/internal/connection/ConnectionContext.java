// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.transport.libp2p.internal.metrics.Metrics;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.secure.Security;
import java.util.List;
import java.util.function.Consumer;

/**
 * What all connections of a transport share.
 *
 * @param settings how connections behave
 * @param self who this node is
 * @param security ways to secure a connection, at least 1, best first
 * @param policy decides who may connect and what is served to whom
 * @param protocols what is spoken
 * @param traffic counts bytes
 * @param metrics what an operator can read
 * @param budgets what may wait to be read
 * @param established is told of each connection that is let in, on its event loop
 */
public record ConnectionContext(
        ConnectionSettings settings,
        PeerId self,
        List<Security> security,
        ConnectionPolicy policy,
        ProtocolTable protocols,
        TrafficCounter traffic,
        Metrics metrics,
        ReceiveBudgets budgets,
        Consumer<Connection> established) {
    /**
     * The same, with another counter of bytes.
     *
     * @param counter counts the bytes of some connections
     * @return a copy
     */
    public ConnectionContext withTraffic(TrafficCounter counter) {
        return new ConnectionContext(
                settings, self, security, policy, protocols, counter, metrics, budgets, established);
    }

    /**
     * The same, for connections on which no access is asked for.
     *
     * @return a copy
     */
    public ConnectionContext withoutAccess() {
        return new ConnectionContext(
                settings, self, security, new ProbePolicy(), protocols, traffic, metrics, budgets, established);
    }
}
