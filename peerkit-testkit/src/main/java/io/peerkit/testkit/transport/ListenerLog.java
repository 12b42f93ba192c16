// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.TransportListener;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Writes down what a transport tells, and lets a test wait for it. Safe for use by any thread. */
final class ListenerLog implements TransportListener {
    /** A call of the listener: its name, the node, and what came with it as text or length. */
    record Event(String name, NodeId node, String detail, byte[] message) {}

    private record Wish(Predicate<List<Event>> condition, CompletableFuture<List<Event>> fulfilled) {}

    private static final byte[] NONE = {};

    private final List<Event> events = new ArrayList<>();
    private final List<Wish> wishes = new ArrayList<>();

    /** A future of all events once they satisfy a condition. */
    synchronized CompletableFuture<List<Event>> until(Predicate<List<Event>> condition) {
        CompletableFuture<List<Event>> fulfilled = new CompletableFuture<>();
        wishes.add(new Wish(condition, fulfilled));
        fulfil();
        return fulfilled;
    }

    /** A future of all events once there are so many of a name. */
    CompletableFuture<List<Event>> until(String name, int count) {
        return until(all -> all.stream().filter(e -> e.name().equals(name)).count() >= count);
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    synchronized long count(String name) {
        return events.stream().filter(e -> e.name().equals(name)).count();
    }

    @Override
    public void peerGranted(NodeId node, AccessGrant grant) {
        add(new Event("granted", node, grant.agentId().toString(), NONE));
    }

    @Override
    public void peerGone(NodeId node) {
        add(new Event("gone", node, "", NONE));
    }

    @Override
    public void peerDenied(NodeId node, Optional<AgentId> agentId, String reason) {
        add(new Event("denied", node, reason, NONE));
    }

    @Override
    public void addressesChanged(List<NodeAddress> addresses) {
        // A transport may tell this at any time; no test counts on it.
    }

    @Override
    public void agentsReceived(NodeId node, byte[] message) {
        add(new Event("agents", node, "", message));
    }

    @Override
    public void messageReceived(NodeId node, byte[] message) {
        add(new Event("message", node, "", message));
    }

    private synchronized void add(Event event) {
        events.add(event);
        fulfil();
    }

    private void fulfil() {
        List<Event> now = List.copyOf(events);
        for (Iterator<Wish> each = wishes.iterator(); each.hasNext(); ) {
            Wish wish = each.next();
            if (wish.condition().test(now)) {
                each.remove();
                wish.fulfilled().complete(now);
            }
        }
    }
}
