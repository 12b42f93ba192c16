// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.yamux.YamuxSession;

/**
 * Pings the peer by yamux from time to time and closes the connection when nothing comes back. The answers also give yamux
 * the round trip by which its windows grow.
 */
final class Liveness {
    private final Connection connection;
    private final YamuxSession session;
    private final SecureChannel secure;
    private Runnable cancel = () -> {};
    private boolean waiting;
    private long waitingSinceNanos;
    private boolean quiet;

    Liveness(Connection connection, YamuxSession session, SecureChannel secure) {
        this.connection = connection;
        this.session = session;
        this.secure = secure;
    }

    void start() {
        tick();
    }

    void stop() {
        cancel.run();
    }

    /** Bytes came, whatever they are: the peer lives. */
    void received() {
        quiet = false;
        waitingSinceNanos = connection.nanoTime();
    }

    void answered() {
        waiting = false;
    }

    private void tick() {
        long now = connection.nanoTime();
        if (waiting
                && now - waitingSinceNanos >= connection.settings().deadAfter().toNanos()) {
            connection.close(new PeerUnreachableException("node " + connection.node() + " did not answer a ping within "
                    + connection.settings().deadAfter()));
            return;
        }
        if (!waiting && session.ping()) {
            waiting = true;
            waitingSinceNanos = now;
            connection.flushSoon();
        }
        if (quiet) {
            secure.trim();
        }
        quiet = true;
        cancel = connection.after(connection.settings().pingInterval(), this::tick);
    }
}
