// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.access;

import io.peerkit.api.NodeId;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/** The nodes that failed the access handshake while this transport lives. Safe for use by many threads: guarded by itself. */
public final class DeniedNodes {
    /** The most nodes kept in mind. The one denied first is forgotten first; it would have to fail again. */
    public static final int MAX_NODES = 10_000;

    private final Set<NodeId> nodes = new LinkedHashSet<>();

    synchronized void add(NodeId node) {
        if (nodes.size() == MAX_NODES && !nodes.contains(node)) {
            Iterator<NodeId> eldest = nodes.iterator();
            eldest.next();
            eldest.remove();
        }
        nodes.add(node);
    }

    /**
     * Whether a node was denied.
     *
     * @param node any node
     * @return true when it is still kept in mind
     */
    public synchronized boolean contains(NodeId node) {
        return nodes.contains(node);
    }
}
