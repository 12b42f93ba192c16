// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.AgentId;
import io.peerkit.api.Incoming;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.Removed;
import io.peerkit.api.SyncProgress;
import io.peerkit.api.transport.Path;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tells a node's events to people. */
final class TextEvents implements NodeListener {
    private final ProgressLine out;

    TextEvents(PrintStream out, boolean terminal) {
        this.out = new ProgressLine(out, terminal);
    }

    void ready(AgentId agent, List<NodeAddress> addresses) {
        out.println("agent " + agent);
        addresses.forEach(address -> out.println("listening on " + address));
    }

    @Override
    public void addressesChanged(List<NodeAddress> addresses) {
        out.println("reachable at " + addresses.size() + " addresses now");
        addresses.forEach(address -> out.println("  " + address));
    }

    @Override
    public void peerConnected(AgentId agent, boolean direct) {
        out.println("connected " + agent + (direct ? "" : " (relayed)"));
    }

    @Override
    public void pathChanged(AgentId agent, Path path) {
        out.println(agent + " is " + path.name().toLowerCase(Locale.ROOT) + " now");
    }

    @Override
    public void peerDisconnected(AgentId agent) {
        out.println("disconnected " + agent);
    }

    @Override
    public void peerDenied(NodeId node, Optional<AgentId> agent, String reason) {
        out.println("denied " + agent.map(AgentId::toString).orElse("node " + node) + ": " + reason);
    }

    @Override
    public void integrated(Incoming incoming) {
        out.println("integrated " + incoming.header().blobHash() + ", " + incoming.blob().length + " bytes");
    }

    @Override
    public void removed(Removed removed) {
        out.println("removed " + removed.header().blobHash()
                + (removed.reason() == Removed.Reason.DELETED ? "" : ", not in a closed epoch"));
    }

    @Override
    public void epochClosed(long epoch) {
        out.println("epoch " + epoch + " is closed");
    }

    @Override
    public void epochForked(long epoch) {
        out.println("the authority closed epoch " + epoch + " in two ways: no epoch is adopted any more");
    }

    @Override
    public void syncProgress(SyncProgress progress) {
        out.show(progress);
    }

    @Override
    public void messageReceived(AgentId from, byte[] message) {
        out.println("message from " + from + ", " + message.length + " bytes");
    }
}
