// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.Dropped;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.Removed;
import io.peerkit.api.SyncProgress;
import io.peerkit.api.transport.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tells a node's events as JSON lines. */
final class JsonEvents implements NodeListener {
    private final JsonLines lines;

    JsonEvents(JsonLines lines) {
        this.lines = lines;
    }

    void ready(AgentId agent, NodeId node, List<NodeAddress> addresses) {
        write(JsonLines.event("ready").put("agentId", agent.toString()).put("nodeId", node.toString()), addresses);
    }

    @Override
    public void addressesChanged(List<NodeAddress> addresses) {
        write(JsonLines.event("addresses"), addresses);
    }

    private void write(ObjectNode event, List<NodeAddress> addresses) {
        var list = event.putArray("addresses");
        addresses.forEach(address -> list.add(address.toString()));
        lines.write(event);
    }

    @Override
    public void peerConnected(AgentId agent, boolean direct) {
        lines.write(peer(agent.toString(), "connected").put("direct", direct));
    }

    @Override
    public void pathChanged(AgentId agent, Path path) {
        lines.write(JsonLines.event("path")
                .put("agentId", agent.toString())
                .put("path", path.name().toLowerCase(Locale.ROOT))
                .put("direct", path == Path.DIRECT));
    }

    @Override
    public void peerDisconnected(AgentId agent) {
        lines.write(peer(agent.toString(), "disconnected").put("direct", false));
    }

    @Override
    public void peerDenied(NodeId node, Optional<AgentId> agent, String reason) {
        var event = JsonLines.event("peer");
        agent.ifPresentOrElse(id -> event.put("agentId", id.toString()), () -> event.putNull("agentId"));
        lines.write(event.put("state", "denied")
                .put("direct", false)
                .put("nodeId", node.toString())
                .put("reason", reason));
    }

    @Override
    public void integrated(Incoming incoming) {
        var event = JsonLines.event("integrated")
                .put("entry", incoming.entry().toString())
                .put("hash", incoming.header().blobHash().toString())
                .put("size", incoming.blob().length)
                .put("author", incoming.header().author().toString());
        incoming.from().ifPresentOrElse(from -> event.put("from", from.toString()), () -> event.putNull("from"));
        lines.write(event);
    }

    @Override
    public void removed(Removed removed) {
        lines.write(JsonLines.event("removed")
                .put("entry", removed.entry().toString())
                .put("author", removed.header().author().toString())
                .put("reason", removed.reason().name().toLowerCase(Locale.ROOT)));
    }

    @Override
    public void dropped(Dropped dropped) {
        lines.write(JsonLines.event("dropped")
                .put("entry", dropped.entry().toString())
                .put("author", dropped.header().author().toString()));
    }

    @Override
    public void epochClosed(long epoch) {
        lines.write(JsonLines.event("epoch-closed").put("epoch", epoch));
    }

    @Override
    public void reissued(EntryId first, EntryId again) {
        lines.write(JsonLines.event("reissued").put("entry", first.toString()).put("again", again.toString()));
    }

    @Override
    public void epochForked(long epoch) {
        lines.write(JsonLines.event("epoch-forked").put("epoch", epoch));
    }

    @Override
    public void integrationFailed(EntryId entry, AgentId author, String reason) {
        lines.write(JsonLines.event("integration-failed")
                .put("entry", entry.toString())
                .put("author", author.toString())
                .put("reason", reason));
    }

    @Override
    public void peerExcluded(AgentId agent, Duration duration) {
        lines.write(peer(agent.toString(), "excluded").put("direct", false).put("seconds", duration.toSeconds()));
    }

    @Override
    public void syncProgress(SyncProgress progress) {
        lines.write(ProgressJson.sums(JsonLines.event("progress"), progress));
    }

    @Override
    public void blobProgress(EntryId entry, long bytesHere, long size) {
        lines.write(JsonLines.event("blob-progress")
                .put("entry", entry.toString())
                .put("bytesHere", bytesHere)
                .put("size", size));
    }

    @Override
    public void blobComplete(EntryId entry, BlobHash hash, long size) {
        lines.write(JsonLines.event("blob-complete")
                .put("entry", entry.toString())
                .put("hash", hash.toString())
                .put("size", size));
    }

    @Override
    public void messageReceived(AgentId from, byte[] message) {
        lines.write(JsonLines.event("message")
                .put("from", from.toString())
                .put("data", Base64.getEncoder().encodeToString(message)));
    }

    private static ObjectNode peer(String agent, String state) {
        return JsonLines.event("peer").put("agentId", agent).put("state", state);
    }
}
