// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.muxer.Muxer;
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
    private boolean probing;
    private boolean heard;
    private Runnable cancelProbe = () -> {};

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
        cancelProbe.run();
    }

    /** Asks for a sign of life now; there has to be one soon. */
    void probe() {
        if (probing) {
            return;
        }
        probing = true;
        heard = false;
        ping(connection.nanoTime()); // an earlier one that has no answer yet asks the same
        cancelProbe = connection.after(Muxer.PROBE_TIME, () -> {
            probing = false;
            if (!heard) {
                connection.close(new PeerUnreachableException("node " + connection.node()
                        + " gave no sign of life within " + Muxer.PROBE_TIME + " of a change of the network"));
            }
        });
    }

    /** Bytes came, whatever they are: the peer lives. */
    void received() {
        quiet = false;
        heard = true;
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
        ping(now);
        if (quiet) {
            secure.trim();
        }
        quiet = true;
        cancel = connection.after(connection.settings().pingInterval(), this::tick);
    }

    private void ping(long now) {
        if (!waiting && session.ping()) {
            waiting = true;
            waitingSinceNanos = now;
            connection.flushSoon();
        }
    }
}
