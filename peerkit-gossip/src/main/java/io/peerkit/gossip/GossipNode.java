// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.Publication;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportListener;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A node: runs the state machines of gossip over a transport and a store.
 *
 * <p>Safe for use by any thread; nothing blocks. Futures complete on the node loop and fail with
 * {@link io.peerkit.api.ClosedException} once the node is stopped. Neither the transport nor the store is closed here.
 */
@SuppressWarnings("DoNotCallSuggester") // while the state machines grow behind the surface
public final class GossipNode {
    private final GossipSettings settings;

    /**
     * Makes a node that does nothing yet.
     *
     * @param settings what it is made of
     */
    public GossipNode(GossipSettings settings) {
        this.settings = settings;
    }

    /**
     * What the transport of this node tells. Calls before {@link #start} wait for it.
     *
     * @return the listener to start the transport with
     */
    public TransportListener transportListener() {
        throw unfinished();
    }

    /**
     * Reads the store and begins to gossip. Once only.
     *
     * @param transport the started transport
     * @return a future that completes when the node serves, failed with {@link io.peerkit.api.StorageException}
     */
    public CompletableFuture<Void> start(Transport transport) {
        throw unfinished();
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#publishAll}.
     *
     * @param blobs the blobs
     * @return a future that completes when they are stored durably
     */
    public CompletableFuture<List<Publication>> publishAll(List<byte[]> blobs) {
        throw unfinished();
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#get}.
     *
     * @param hash names the blob
     * @return a future of the blob
     */
    public CompletableFuture<Optional<byte[]>> get(BlobHash hash) {
        throw unfinished();
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#connect}.
     *
     * @param address of a node
     * @return a future of the agent behind it
     */
    public CompletableFuture<AgentId> connect(NodeAddress address) {
        throw unfinished();
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#send}.
     *
     * @param agent the peer
     * @param message the message
     * @return a future that completes when the peer has taken it
     */
    public CompletableFuture<Void> send(AgentId agent, byte[] message) {
        throw unfinished();
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#block}.
     *
     * @param agent the agent
     * @return a future that completes when it is cut off
     */
    public CompletableFuture<Void> block(AgentId agent) {
        throw unfinished();
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#sync}.
     *
     * @return a future that completes when a session with each connected peer has ended
     */
    public CompletableFuture<Void> sync() {
        throw unfinished();
    }

    /**
     * As {@link io.peerkit.api.PeerkitNode#status}.
     *
     * @return a future of the figures
     */
    public CompletableFuture<NodeStatus> status() {
        throw unfinished();
    }

    /**
     * Ends streams and timers. Publications under way are finished first. Repeating it gives the same future.
     *
     * @return a future that completes when nothing more happens
     */
    public CompletableFuture<Void> stop() {
        throw unfinished();
    }

    private UnsupportedOperationException unfinished() {
        return new UnsupportedOperationException("follows with the state machines of " + settings.agent().id());
    }
}
