// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.Audience;
import io.peerkit.api.BlobHash;
import io.peerkit.api.BlockedAgent;
import io.peerkit.api.EntryId;
import io.peerkit.api.KeyedBlob;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.Pinned;
import io.peerkit.api.Publication;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.Path;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportListener;
import io.peerkit.gossip.internal.blob.LargeBlobs;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.epoch.EpochKeeper;
import io.peerkit.gossip.internal.holders.Collector;
import io.peerkit.gossip.internal.integrate.OncePublisher;
import io.peerkit.gossip.internal.integrate.Publisher;
import io.peerkit.gossip.internal.locate.BlobLookup;
import io.peerkit.gossip.internal.locate.Wanted;
import io.peerkit.gossip.internal.node.DataSide;
import io.peerkit.gossip.internal.node.LiveNode;
import io.peerkit.gossip.internal.push.Pusher;
import io.peerkit.gossip.internal.sync.Syncer;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A node: runs the state machines of gossip over a transport and a store.
 *
 * <p>Safe for use by any thread; nothing blocks. Futures complete on the node loop and fail with
 * {@link io.peerkit.api.ClosedException} before the node is started and once it is stopped. Neither the transport nor the
 * store is closed here.
 */
public final class GossipNode {
    /** The most bytes of blobs in one {@link #publishAll}. */
    public static final int MAX_BATCH_BYTES = BlobCopies.MAX_BYTES;

    private final GossipSettings settings;
    private final NodeCalls calls;
    private final boolean keepsBlobs;

    /**
     * Makes a node that does nothing yet. Asks the hooks, if there are any, whether they keep blobs.
     *
     * @param settings what it is made of
     */
    public GossipNode(GossipSettings settings) {
        this.settings = settings;
        this.keepsBlobs = settings.hooks().map(StorageHooks::keepsBlobs).orElse(false);
        this.calls = new NodeCalls(settings.loop());
    }

    /**
     * What the transport of this node tells. Calls before {@link #start} wait for it.
     *
     * @return the listener to start the transport with
     */
    public TransportListener transportListener() {
        return new TransportListener() {
            @Override
            public void peerGranted(NodeId node, AccessGrant grant) {
                calls.tell(true, now -> now.granted(node, grant));
            }

            @Override
            public void peerGone(NodeId node) {
                calls.tell(true, now -> now.gone(node));
            }

            @Override
            public void pathChanged(NodeId node, Path path) {
                calls.tell(true, now -> now.pathChanged(node, path));
            }

            @Override
            public void peerDenied(NodeId node, Optional<AgentId> agentId, String reason) {
                calls.tell(false, now -> now.denied(node, agentId, reason));
            }

            @Override
            public void addressesChanged(List<NodeAddress> addresses) {
                List<NodeAddress> copy = List.copyOf(addresses);
                calls.tell(false, now -> now.addressesChanged(copy));
            }

            @Override
            public void networkChanged() {
                calls.tell(false, LiveNode::networkChanged);
            }

            @Override
            public void nodeFound(NodeId node, List<NodeAddress> addresses) {
                List<NodeAddress> copy = List.copyOf(addresses);
                calls.tell(false, now -> now.nodeFound(node, copy));
            }

            @Override
            public void agentsReceived(NodeId node, byte[] message) {
                calls.tell(false, now -> now.agentsReceived(node, message));
            }

            @Override
            public void messageReceived(NodeId node, byte[] message) {
                calls.tell(false, now -> now.messageReceived(node, message));
            }
        };
    }

    /**
     * Reads the store and begins to gossip. Once only, and soon after the transport started: its peers are kept waiting.
     *
     * @param transport the started transport
     * @return a future that completes when the node serves, failed with {@link io.peerkit.api.StorageException}
     */
    public CompletableFuture<Void> start(Transport transport) {
        if (settings.storage().isPresent()) {
            // Before anything else: until then the transport tells peers that this node does not speak them.
            transport.handleStreams(Pusher.PROTOCOL, calls::accept);
            transport.handleStreams(Syncer.PROTOCOL, calls::accept);
            transport.handleStreams(LargeBlobs.PROTOCOL, calls::accept);
            transport.handleStreams(BlobLookup.PROTOCOL, calls::accept);
            transport.handleStreams(Collector.PROTOCOL, calls::accept);
            if (settings.authority().isPresent()) {
                transport.handleStreams(EpochKeeper.PROTOCOL, calls::accept);
                transport.handleStreams(EpochKeeper.SIGNING_PROTOCOL, calls::accept);
            }
        }
        return calls.start(() -> new LiveNode(settings, transport, keepsBlobs));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#publishAll}.
     *
     * @param blobs the blobs, copied
     * @return a future that completes when they are stored durably
     */
    public CompletableFuture<List<Publication>> publishAll(List<byte[]> blobs) {
        return publishAll(blobs, Audience.everybody());
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#publish(byte[], Audience)}, for several.
     *
     * @param blobs the blobs, copied
     * @param audience for whom they are
     * @return a future that completes when they are stored durably
     */
    public CompletableFuture<List<Publication>> publishAll(List<byte[]> blobs, Audience audience) {
        return BlobCopies.of(
                blobs,
                (copies, hashes) -> calls.askData(
                        (data, answer) -> data.publish(new Publisher.Call(copies, hashes, answer, audience))));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#publish(byte[], int)}.
     *
     * @param blob the blob, copied
     * @param replicas how many agents should hold it
     * @return a future that completes when it is stored durably
     */
    public CompletableFuture<Publication> publish(byte[] blob, int replicas) {
        if (replicas < 1 || replicas > EntryHeader.MAX_REPLICAS) {
            return CompletableFuture.failedFuture(
                    new LimitExceededException(replicas + " replicas, must be 1 to " + EntryHeader.MAX_REPLICAS));
        }
        return BlobCopies.of(
                        List.of(blob),
                        (copies, hashes) -> calls.<List<Publication>>askData((data, answer) ->
                                data.publish(new Publisher.Call(copies, hashes, answer).withReplicas(replicas))))
                .thenApply(done -> done.get(0));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#publishAllOnce}.
     *
     * @param blobs the blobs with their keys, copied
     * @return a future of the first publication under each key
     */
    public CompletableFuture<List<Publication>> publishAllOnce(List<KeyedBlob> blobs) {
        List<RecordKey> keys;
        try {
            keys = blobs.stream().map(blob -> OncePublisher.key(blob.key())).toList();
        } catch (LimitExceededException e) {
            return CompletableFuture.failedFuture(e);
        }
        return BlobCopies.of(
                blobs.stream().map(KeyedBlob::blob).toList(),
                (copies, hashes) -> calls.askData(
                        (data, answer) -> data.publishOnce(new OncePublisher.Call(keys, copies, hashes, answer))));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#forgetPublished}.
     *
     * @param keys of publications, copied
     * @return a future that completes when they are forgotten durably
     */
    public CompletableFuture<Void> forgetPublished(List<byte[]> keys) {
        if (keys.size() > PeerkitNode.MAX_BATCH) {
            return CompletableFuture.failedFuture(
                    new LimitExceededException(keys.size() + " keys at once, at most " + PeerkitNode.MAX_BATCH));
        }
        try {
            List<RecordKey> records = keys.stream().map(OncePublisher::key).toList();
            return calls.askData((data, answer) -> data.forgetPublished(records, answer));
        } catch (LimitExceededException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#get}.
     *
     * @param hash names the blob
     * @return a future of the blob
     */
    public CompletableFuture<Optional<byte[]>> get(BlobHash hash) {
        return calls.askData((data, answer) -> data.get(hash, answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#publish(InputStream, long)}.
     *
     * @param content read on the workers of the settings, not closed
     * @param size how many bytes it gives
     * @return a future of the content's hash
     */
    public CompletableFuture<BlobHash> publish(InputStream content, long size) {
        if (size < 0 || size > BlobManifest.MAX_SIZE) {
            return CompletableFuture.failedFuture(new LimitExceededException(
                    "content of " + size + " bytes, must have 0 to " + BlobManifest.MAX_SIZE));
        }
        return calls.askData((data, answer) -> data.publish(content, size, answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#openBlob}.
     *
     * @param hash names the content
     * @return a future of the content
     */
    public CompletableFuture<Optional<InputStream>> openBlob(BlobHash hash) {
        return calls.askData((data, answer) -> data.openBlob(hash, answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#pin(EntryId)}.
     *
     * @param entry names it
     * @return a future that completes when it is durable
     */
    public CompletableFuture<Void> pin(EntryId entry) {
        return calls.askData((data, answer) -> data.pins().pin(new Wanted.Entry(entry), answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#pin(BlobHash)}.
     *
     * @param blob names the content
     * @return a future that completes when it is durable
     */
    public CompletableFuture<Void> pin(BlobHash blob) {
        return calls.askData((data, answer) -> data.pins().pin(new Wanted.Blob(blob), answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#unpin(EntryId)}.
     *
     * @param entry names it
     * @return a future of whether it was pinned
     */
    public CompletableFuture<Boolean> unpin(EntryId entry) {
        return calls.askData((data, answer) -> data.pins().unpin(new Wanted.Entry(entry), answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#unpin(BlobHash)}.
     *
     * @param blob names the content
     * @return a future of whether it was pinned
     */
    public CompletableFuture<Boolean> unpin(BlobHash blob) {
        return calls.askData((data, answer) -> data.pins().unpin(new Wanted.Blob(blob), answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#pinned}.
     *
     * @return a future of all pins
     */
    public CompletableFuture<Pinned> pinned() {
        return calls.askData((data, answer) -> answer.complete(data.pins().pinned()));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#connect}.
     *
     * @param address of a node
     * @return a future of the agent behind it
     */
    public CompletableFuture<AgentId> connect(NodeAddress address) {
        return calls.ask((node, answer) -> node.connect(address, answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#send}.
     *
     * @param agent the peer
     * @param message the message, copied
     * @return a future that completes when the peer has taken it
     */
    public CompletableFuture<Void> send(AgentId agent, byte[] message) {
        if (message.length > Transport.MAX_MESSAGE_BYTES) {
            return CompletableFuture.failedFuture(new LimitExceededException(
                    "message of " + message.length + " bytes, at most " + Transport.MAX_MESSAGE_BYTES));
        }
        byte[] copy = message.clone();
        return calls.ask((node, answer) -> node.send(agent, copy, answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#delete}.
     *
     * @param entries copied
     * @return a future of those that were here and are gone
     */
    public CompletableFuture<List<EntryId>> delete(List<EntryId> entries) {
        List<EntryId> copy = List.copyOf(entries);
        if (copy.isEmpty() || copy.size() > PeerkitNode.MAX_BATCH) {
            return CompletableFuture.failedFuture(new LimitExceededException(
                    copy.size() + " entries to delete, must be 1 to " + PeerkitNode.MAX_BATCH));
        }
        return calls.askData((data, answer) -> data.delete(copy, answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#closeEpoch}.
     *
     * @return a future of the number of the closed epoch
     */
    public CompletableFuture<Long> closeEpoch() {
        return calls.askData(DataSide::closeEpoch);
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#block}.
     *
     * @param agent the agent
     * @param reason why
     * @return a future that completes when it is cut off and this is stored
     */
    public CompletableFuture<Void> block(AgentId agent, String reason) {
        return calls.ask((node, answer) -> node.gatekeeper().block(agent, reason, answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#unblock}.
     *
     * @param agent the agent
     * @return a future that completes when this is stored
     */
    public CompletableFuture<Boolean> unblock(AgentId agent) {
        return calls.ask((node, answer) -> node.unblock(agent, answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#blocked}.
     *
     * @return a future of those whom the application blocked
     */
    public CompletableFuture<List<BlockedAgent>> blocked() {
        return calls.ask((node, answer) -> answer.complete(node.gatekeeper().blocked()));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#sync}.
     *
     * @return a future that completes when a session with each connected peer has ended
     */
    public CompletableFuture<Void> sync() {
        return calls.ask(LiveNode::sync);
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#whenInSync}.
     *
     * @param agent a connected peer
     * @return a future that completes when both have what either had at this call
     */
    public CompletableFuture<Void> whenInSync(AgentId agent) {
        return calls.ask((node, answer) -> node.whenInSync(agent, answer));
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#status}.
     *
     * @return a future of the figures
     */
    public CompletableFuture<NodeStatus> status() {
        return calls.ask(LiveNode::status);
    }

    /**
     * Tells what push did.
     *
     * @return a future of the figures, failed as all are at a node without a store
     */
    public CompletableFuture<SpreadFigures> spread() {
        return calls.askData((data, answer) -> answer.complete(data.spread()));
    }

    /**
     * Ends streams and timers. Publications under way are finished first. Repeating it gives the same future.
     *
     * @return a future that completes when nothing more happens
     */
    public CompletableFuture<Void> stop() {
        return calls.stop();
    }
}
