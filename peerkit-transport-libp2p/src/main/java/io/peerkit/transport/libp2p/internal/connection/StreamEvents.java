// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.yamux.YamuxEvent;
import io.peerkit.transport.libp2p.internal.yamux.YamuxSession;
import io.peerkit.transport.libp2p.internal.yamux.YamuxStream;

/** Takes what yamux tells to whom it concerns, one after the other. Belongs to the event loop of the connection. */
final class StreamEvents {
    private final Connection connection;
    private final YamuxSession session;
    private final Liveness liveness;
    private final ReceiveBudgets budgets;
    private boolean draining;

    StreamEvents(Connection connection, YamuxSession session, Liveness liveness, ReceiveBudgets budgets) {
        this.budgets = budgets;
        this.connection = connection;
        this.session = session;
        this.liveness = liveness;
    }

    /** Handles all events, those too that handling makes. */
    void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            YamuxEvent event;
            while ((event = session.pollEvent()) != null) {
                happened(event);
            }
        } finally {
            draining = false;
        }
    }

    private void happened(YamuxEvent event) {
        if (event instanceof YamuxEvent.DataAvailable data) {
            substream(data.stream()).readable();
        } else if (event instanceof YamuxEvent.Written written) {
            ((WriteListener) written.token()).written();
        } else if (event instanceof YamuxEvent.StreamOpened opened) {
            connection.opened(opened.stream());
        } else if (event instanceof YamuxEvent.RemoteClosed closed) {
            substream(closed.stream()).readable();
        } else if (event instanceof YamuxEvent.Reset reset) {
            substream(reset.stream()).broken(failure(reset));
        } else if (event instanceof YamuxEvent.Dropped dropped) {
            ((WriteListener) dropped.token()).failed(substream(dropped.stream()).dropped());
        } else if (event instanceof YamuxEvent.ProtocolError error) {
            connection.close(new InvalidBytesException(error.message()));
        } else if (event instanceof YamuxEvent.Pong) {
            liveness.answered();
        }
    }

    private PeerkitException failure(YamuxEvent.Reset reset) {
        return switch (reset.cause()) {
            case PEER -> new PeerUnreachableException("peer " + connection.node() + " reset the stream");
            case RECEIVE_LIMIT -> {
                budgets.streamReset();
                yield new PeerUnreachableException("stream was reset, more waited to be read than may");
            }
            case CONNECTION -> connection.streamFailure();
        };
    }

    private static Substream substream(YamuxStream stream) {
        if (stream.attachment() instanceof Substream substream) {
            return substream;
        }
        throw new IllegalStateException(stream + " has no driver");
    }
}
