// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which protocols are spoken, and by what. Safe for use by many threads. */
public final class ProtocolTable {
    /** How many streams of one protocol a peer may have open on a connection unless said otherwise. */
    public static final int MAX_STREAMS = 128;

    private final Map<String, Function<Connection, InboundProtocol>> protocols = new ConcurrentHashMap<>();
    private final int maxStreams;

    /** With {@link #MAX_STREAMS} streams for each protocol and connection. */
    public ProtocolTable() {
        this(MAX_STREAMS);
    }

    /**
     * Knows no protocol yet.
     *
     * @param maxStreams how many streams of one protocol a peer may have open on a connection
     */
    public ProtocolTable(int maxStreams) {
        this.maxStreams = maxStreams;
    }

    int maxStreams() {
        return maxStreams;
    }

    /**
     * Adds a protocol or replaces it; connections that have used the former one keep it.
     *
     * @param protocol its name
     * @param perConnection makes what serves it on one connection, when its first stream comes
     */
    public void add(String protocol, Function<Connection, InboundProtocol> perConnection) {
        protocols.put(protocol, perConnection);
    }

    /**
     * Whether a protocol is spoken.
     *
     * @param protocol its name
     * @return true after {@link #add}
     */
    public boolean contains(String protocol) {
        return protocols.containsKey(protocol);
    }

    /**
     * All that is spoken.
     *
     * @return a sorted copy
     */
    public Set<String> names() {
        return new TreeSet<>(protocols.keySet());
    }

    @Nullable
    Function<Connection, InboundProtocol> find(String protocol) {
        return protocols.get(protocol);
    }
}
