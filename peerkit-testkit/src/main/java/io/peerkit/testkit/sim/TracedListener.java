// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.Dropped;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.Removed;
import io.peerkit.api.SyncProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Writes down what a node tells before its own listener hears of it. */
final class TracedListener implements NodeListener {
    private final Simulation simulation;
    private final AgentId node;
    private final NodeListener listener;

    TracedListener(Simulation simulation, AgentId node, NodeListener listener) {
        this.simulation = simulation;
        this.node = node;
        this.listener = listener;
    }

    private void record(String what, int other, byte[] body) {
        simulation.record(what.hashCode(), node.hashCode(), other, body);
    }

    @Override
    public void peerConnected(AgentId agent, boolean direct) {
        record("connected", agent.hashCode(), agent.toBytes());
        listener.peerConnected(agent, direct);
    }

    @Override
    public void peerDisconnected(AgentId agent) {
        record("disconnected", agent.hashCode(), agent.toBytes());
        listener.peerDisconnected(agent);
    }

    @Override
    public void peerDenied(NodeId peer, Optional<AgentId> agent, String reason) {
        record("denied", reason.hashCode(), peer.value().getBytes(StandardCharsets.UTF_8));
        listener.peerDenied(peer, agent, reason);
    }

    @Override
    public void integrated(Incoming incoming) {
        record("integrated", 0, incoming.entry().toBytes());
        simulation.ledger().integrated(node, incoming, simulation.time().nanos());
        listener.integrated(incoming);
    }

    @Override
    public void removed(Removed gone) {
        record("removed", 0, gone.entry().toBytes());
        listener.removed(gone);
    }

    @Override
    public void dropped(Dropped gone) {
        record("dropped", 0, gone.entry().toBytes());
        listener.dropped(gone);
    }

    @Override
    public void epochClosed(long epoch) {
        record("epoch", (int) epoch, new byte[0]);
        listener.epochClosed(epoch);
    }

    @Override
    public void reissued(EntryId first, EntryId again) {
        record("reissued", 0, again.toBytes());
        listener.reissued(first, again);
    }

    @Override
    public void epochForked(long epoch) {
        record("forked", (int) epoch, new byte[0]);
        listener.epochForked(epoch);
    }

    @Override
    public void integrationFailed(EntryId entry, AgentId author, String reason) {
        record("failed", reason.hashCode(), entry.toBytes());
        listener.integrationFailed(entry, author, reason);
    }

    @Override
    public void peerExcluded(AgentId agent, Duration duration) {
        record("excluded", duration.hashCode(), agent.toBytes());
        listener.peerExcluded(agent, duration);
    }

    @Override
    public void syncProgress(SyncProgress progress) {
        record("in-sync", progress.inSync(), new byte[0]);
        listener.syncProgress(progress);
    }

    @Override
    public void blobProgress(EntryId entry, long bytesHere, long size) {
        record("progress", Long.hashCode(bytesHere), entry.toBytes());
        listener.blobProgress(entry, bytesHere, size);
    }

    @Override
    public void blobComplete(EntryId entry, BlobHash hash, long size) {
        record("complete", hash.hashCode(), entry.toBytes());
        listener.blobComplete(entry, hash, size);
    }

    @Override
    public void messageReceived(AgentId from, byte[] message) {
        record("message", from.hashCode(), message);
        listener.messageReceived(from, message);
    }
}
