// SPDX-License-Identifier: Apache-2.0
package io.peerkit.internal;

import io.peerkit.agent.AccessHandshake;
import io.peerkit.agent.LocalAgent;
import io.peerkit.api.AgentId;
import io.peerkit.api.Audience;
import io.peerkit.api.BlobHash;
import io.peerkit.api.BlockedAgent;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.KeyedBlob;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.PeerkitRelay;
import io.peerkit.api.Pinned;
import io.peerkit.api.Publication;
import io.peerkit.api.gossip.Authority;
import io.peerkit.api.storage.SealedMarkers;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.gossip.GossipNode;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.gossip.GossipWatcher;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a node, put together, opened in order and closed in the opposite order. */
public final class RunningNode implements PeerkitNode, PeerkitRelay {
    private static final Logger LOG = LoggerFactory.getLogger(RunningNode.class);

    /** How long closing waits for the gossip to end its sessions, in seconds. */
    private static final int STOP_SECONDS = 5;

    private final AgentId agentId;
    private final Transport transport;
    private final GossipNode gossip;
    private final Closing closing;

    private final OpenCalls calls;

    private RunningNode(UserThreads user, AgentId agentId, Transport transport, GossipNode gossip, Closing closing) {
        this.agentId = agentId;
        this.transport = transport;
        this.gossip = gossip;
        this.closing = closing;
        this.calls = new OpenCalls(user);
    }

    /**
     * Opens everything, on threads of the node or of the application's executor. When one part cannot be opened those
     * before it are closed again.
     *
     * @param settings what to open
     * @return a future of the running node
     */
    public static CompletableFuture<RunningNode> start(Settings settings) {
        UserThreads user = UserThreads.of(settings.executor(), "peerkit");
        Closing closing = new Closing();
        closing.add(user::close);
        return CompletableFuture.completedFuture(settings)
                .thenComposeAsync(given -> open(given, user, closing), user)
                .whenCompleteAsync(
                        (node, failure) -> {
                            if (failure != null) {
                                closing.close();
                            }
                        },
                        user);
    }

    private static CompletableFuture<RunningNode> open(Settings settings, UserThreads user, Closing closing) {
        LocalAgent agent = LocalAgent.open(settings.keys());
        SerialLoop loop = new SerialLoop("peerkit-loop-" + agent.id().toString().substring(0, 8));
        closing.add(loop::close);
        WorkThreads workers = new WorkThreads("peerkit");
        closing.add(workers::close);
        Optional<Storage> storage = settings.storage().map(StorageFactory::open);
        storage.ifPresent(opened -> {
            closing.add(opened::close);
            SealedMarkers.requireNone(opened);
            if (settings.authority().isPresent() && opened.isShared()) {
                throw new InvalidSettingException(
                        "authority: a store that several processes share cannot go from epoch to epoch yet");
            }
        });
        Optional<Authority> authority = settings.authority().map(of -> of.apply(agent.id()));
        AccessHandshake access = AccessHandshake.factory(agent, settings.access(), new SecureRandom(), Set.of());
        GossipNode gossip = new GossipNode(new GossipSettings(
                loop,
                agent,
                authority.map(them -> them.bind(settings.network())).orElse(settings.network()),
                authority,
                storage,
                settings.distribution(),
                settings.connections(),
                settings.hooks(),
                settings.listener(),
                user,
                workers,
                settings.bootstrap(),
                access::deny,
                access::allow,
                settings.timing(),
                GossipWatcher.none(),
                settings.capacity()));
        TransportContext context = new TransportContext(
                settings.mode(),
                settings.keys().transportSeed(),
                access,
                gossip.transportListener(),
                Optional.of(settings.network()));
        return settings.transport().start(context).thenCompose(transport -> {
            closing.add(transport::close);
            closing.add(() -> stop(gossip));
            return gossip.start(transport)
                    .thenApply(done -> new RunningNode(user, agent.id(), transport, gossip, closing));
        });
    }

    private static void stop(GossipNode gossip) {
        try {
            gossip.stop().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("the node did not end its sessions in {} s", STOP_SECONDS, e);
        }
    }

    @Override
    public AgentId agentId() {
        return agentId;
    }

    @Override
    public NodeId nodeId() {
        return transport.nodeId();
    }

    @Override
    public List<NodeAddress> addresses() {
        return transport.listenAddresses();
    }

    @Override
    public CompletableFuture<BlobHash> publish(byte[] blob) {
        return publish(blob, Audience.everybody());
    }

    @Override
    public CompletableFuture<BlobHash> publish(byte[] blob, int replicas) {
        byte[] copy = blob.clone();
        return calls.handOver(() -> gossip.publish(copy, replicas).thenApply(Publication::hash));
    }

    @Override
    public CompletableFuture<List<Publication>> publishAll(List<byte[]> blobs) {
        return publishAll(blobs, Audience.everybody());
    }

    @Override
    public CompletableFuture<List<Publication>> publishAll(List<byte[]> blobs, Audience audience) {
        List<byte[]> copies = blobs.stream().map(byte[]::clone).toList();
        return calls.handOver(() -> gossip.publishAll(copies, audience));
    }

    @Override
    public CompletableFuture<Publication> publishOnce(byte[] key, byte[] blob) {
        KeyedBlob copy = new KeyedBlob(key.clone(), blob.clone());
        return calls.handOver(() -> gossip.publishAllOnce(List.of(copy)).thenApply(done -> done.get(0)));
    }

    @Override
    public CompletableFuture<List<Publication>> publishAllOnce(List<KeyedBlob> blobs) {
        List<KeyedBlob> copies = blobs.stream()
                .map(each -> new KeyedBlob(each.key().clone(), each.blob().clone()))
                .toList();
        return calls.handOver(() -> gossip.publishAllOnce(copies));
    }

    @Override
    public CompletableFuture<Void> forgetPublished(List<byte[]> keys) {
        List<byte[]> copies = keys.stream().map(byte[]::clone).toList();
        return calls.handOver(() -> gossip.forgetPublished(copies));
    }

    @Override
    public CompletableFuture<Optional<byte[]>> get(BlobHash hash) {
        return calls.handOver(() -> gossip.get(hash));
    }

    @Override
    public CompletableFuture<BlobHash> publish(InputStream content, long size) {
        return calls.handOver(() -> gossip.publish(content, size));
    }

    @Override
    public CompletableFuture<Optional<InputStream>> openBlob(BlobHash hash) {
        return calls.handOver(() -> gossip.openBlob(hash));
    }

    @Override
    public CompletableFuture<Void> pin(EntryId entry) {
        return calls.handOver(() -> gossip.pin(entry));
    }

    @Override
    public CompletableFuture<Void> pin(BlobHash blob) {
        return calls.handOver(() -> gossip.pin(blob));
    }

    @Override
    public CompletableFuture<Boolean> unpin(EntryId entry) {
        return calls.handOver(() -> gossip.unpin(entry));
    }

    @Override
    public CompletableFuture<Boolean> unpin(BlobHash blob) {
        return calls.handOver(() -> gossip.unpin(blob));
    }

    @Override
    public CompletableFuture<Pinned> pinned() {
        return calls.handOver(gossip::pinned);
    }

    @Override
    public CompletableFuture<AgentId> connect(NodeAddress address) {
        return calls.handOver(() -> gossip.connect(address));
    }

    @Override
    public CompletableFuture<Void> send(AgentId agent, byte[] message) {
        byte[] copy = message.clone();
        return calls.handOver(() -> gossip.send(agent, copy));
    }

    @Override
    public CompletableFuture<List<EntryId>> delete(List<EntryId> entries) {
        return calls.handOver(() -> gossip.delete(entries));
    }

    @Override
    public CompletableFuture<Long> closeEpoch() {
        return calls.handOver(gossip::closeEpoch);
    }

    @Override
    public CompletableFuture<Void> block(AgentId agent, String reason) {
        return calls.handOver(() -> gossip.block(agent, reason));
    }

    @Override
    public CompletableFuture<Boolean> unblock(AgentId agent) {
        return calls.handOver(() -> gossip.unblock(agent));
    }

    @Override
    public CompletableFuture<List<BlockedAgent>> blocked() {
        return calls.handOver(gossip::blocked);
    }

    @Override
    public CompletableFuture<Void> sync() {
        return calls.handOver(gossip::sync);
    }

    @Override
    public CompletableFuture<Void> whenInSync(AgentId agent) {
        CompletableFuture<Void> asked = gossip.whenInSync(agent);
        CompletableFuture<Void> answer = calls.handOver(() -> asked);
        // Whoever takes it back, or lets it time out, makes room for others.
        CompletableFuture<Void> unused = answer.whenComplete((done, failure) -> asked.cancel(false));
        return answer;
    }

    @Override
    public CompletableFuture<NodeStatus> status() {
        return calls.handOver(gossip::status);
    }

    @Override
    public SortedMap<String, Long> metrics() {
        return transport.metrics();
    }

    @Override
    public void close() {
        closing.close();
        calls.close();
    }
}
