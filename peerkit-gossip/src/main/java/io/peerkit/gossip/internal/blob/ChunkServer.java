// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.NodeId;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * Answers the questions of connected peers for chunks. What is read for all of them and has not left is bounded; those who
 * wait for that are served in turn. Belongs to the node loop.
 */
final class ChunkServer {
    /** Above this many bytes, read from the store and not left for the wire yet, no more are read. */
    static final long MAX_UNSENT_BYTES = 12L * 1_048_576;

    private final NodeLoop loop;
    private final Storage storage;
    private final PeerWarnings warnings = new PeerWarnings(LoggerFactory.getLogger(ChunkServer.class));
    private final Map<NodeId, ServedStream> streams = new LinkedHashMap<>();
    private final Deque<ServedStream> waiting = new ArrayDeque<>();
    private long unsent;

    ChunkServer(NodeLoop loop, Storage storage) {
        this.loop = loop;
        this.storage = storage;
    }

    NodeLoop loop() {
        return loop;
    }

    Storage storage() {
        return storage;
    }

    PeerWarnings warnings() {
        return warnings;
    }

    /** A granted peer opened a stream; its newest counts. */
    void accept(Peer peer, PeerStream stream) {
        ServedStream before = streams.remove(peer.node());
        if (before != null) {
            before.close();
        }
        ServedStream served = new ServedStream(this, peer, stream);
        streams.put(peer.node(), served);
        served.read();
    }

    void peerDown(NodeId peer) {
        ServedStream gone = streams.remove(peer);
        if (gone != null) {
            gone.close();
        }
    }

    void closed(ServedStream stream) {
        streams.values().remove(stream);
        waiting.remove(stream);
    }

    /** Whether a stream may read from the store now; if not, it is called when it may. */
    boolean mayRead(ServedStream stream) {
        if (unsent < MAX_UNSENT_BYTES) {
            return true;
        }
        if (!waiting.contains(stream)) {
            waiting.add(stream);
        }
        return false;
    }

    /** Counts what a stream read, or sent when negative. */
    void holds(long bytes) {
        unsent += bytes;
        while (unsent < MAX_UNSENT_BYTES && !waiting.isEmpty()) {
            waiting.remove().serve();
        }
    }

    void stop() {
        Map<NodeId, ServedStream> open = new LinkedHashMap<>(streams);
        streams.clear();
        open.values().forEach(ServedStream::close);
    }
}
