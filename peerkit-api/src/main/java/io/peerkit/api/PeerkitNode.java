// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A running node: the data of one feature, shared with a group of peers.
 *
 * <p>Safe for use by any thread; no method blocks but {@link #close}. Futures complete on the node's user executor and
 * fail with {@link ClosedException} once the node is closed, with {@link StorageException} when the store could not do
 * its work.
 */
public interface PeerkitNode extends AutoCloseable {
    /** The longest blob that can be published as an array of bytes; longer ones are published from a stream. */
    int MAX_BLOB_BYTES = 1_048_576;

    /** The most blobs in one {@link #publishAll}. */
    int MAX_BATCH = 1_024;

    /** The most pins. */
    int MAX_PINS = 65_536;

    /** The most calls of {@link #whenInSync} that wait for one peer. */
    int MAX_WAITS = 1_024;

    /** The longest key of {@link #publishOnce}, in bytes. */
    int MAX_KEY_BYTES = 64;

    /**
     * Who this is.
     *
     * @return the local agent
     */
    AgentId agentId();

    /**
     * The node's name in its transport.
     *
     * @return the name
     */
    NodeId nodeId();

    /**
     * Where others can reach this node.
     *
     * @return complete addresses
     */
    List<NodeAddress> addresses();

    /**
     * Publishes a blob to the network.
     *
     * @param blob at most {@link #MAX_BLOB_BYTES} bytes, copied
     * @return a future that completes when the blob is stored durably here; peers get it when they can be reached.
     *     Failed with {@link LimitExceededException} when the blob is too long or too much is waiting to be stored
     */
    CompletableFuture<BlobHash> publish(byte[] blob);

    /**
     * Publishes a blob about a topic, or to some agents.
     *
     * @param blob as for {@link #publish(byte[])}
     * @param audience for whom it is; what comes of it the network's distribution strategy decides
     * @return as {@link #publish(byte[])} does
     */
    default CompletableFuture<BlobHash> publish(byte[] blob, Audience audience) {
        return publishAll(List.of(blob), audience).thenApply(done -> done.get(0).hash());
    }

    /**
     * Publishes a blob of which another number of agents than usual is to hold a copy.
     *
     * @param blob as for {@link #publish(byte[])}
     * @param replicas how many, 1 to {@value io.peerkit.api.gossip.EntryHeader#MAX_REPLICAS}; what comes of it the network's
     *     distribution strategy decides: where everybody holds everything it changes nothing
     * @return as {@link #publish(byte[])} does; failed with {@link LimitExceededException} when {@code replicas} is out of bounds too
     */
    CompletableFuture<BlobHash> publish(byte[] blob, int replicas);

    /**
     * Publishes a blob to the network, for a caller that may want to {@linkplain #delete delete} it one day: a blob may stand in several
     * entries, so its hash does not name one.
     *
     * @param blob as for {@link #publish(byte[])}
     * @return a future that completes as that of {@link #publish(byte[])} does, with the entry's id beside the hash
     */
    default CompletableFuture<Publication> publishEntry(byte[] blob) {
        return publishAll(List.of(blob)).thenApply(published -> published.get(0));
    }

    /**
     * Publishes blobs to the network, all or none, in their order.
     *
     * @param blobs at most {@link #MAX_BATCH} of at most {@link #MAX_BLOB_BYTES} bytes and 16 MiB together, copied
     * @return a future that completes when they are stored durably here; failed as {@link #publish} is
     */
    CompletableFuture<List<Publication>> publishAll(List<byte[]> blobs);

    /**
     * Publishes blobs about a topic, or to some agents, all or none, in their order.
     *
     * @param blobs as for {@link #publishAll(List)}
     * @param audience for whom they are
     * @return as {@link #publishAll(List)} does
     */
    CompletableFuture<List<Publication>> publishAll(List<byte[]> blobs, Audience audience);

    /**
     * Publishes a blob unless something was published under the same key: for callers that may die before they hear of the
     * end of the call, and then repeat it. Two processes on one shared store that do so at the same moment may both publish.
     *
     * @param key names the publication, 1 to {@link #MAX_KEY_BYTES} bytes, copied; random bytes, or an identifier of the
     *     application
     * @param blob as for {@link #publish}
     * @return a future that completes as that of {@link #publish} does, with the first publication under the key, whatever the
     *     blob, until the key is {@linkplain #forgetPublished forgotten}; failed as {@link #publish} is, and with
     *     {@link LimitExceededException} when the key is too short or too long
     */
    CompletableFuture<Publication> publishOnce(byte[] key, byte[] blob);

    /**
     * Publishes blobs, in their order, those under whose key nothing was published before. All of them are published, or none.
     *
     * @param blobs bounded as for {@link #publishAll}, copied; of several with one key the first is published
     * @return a future of the first publication under each key; failed as {@link #publishOnce} is
     */
    CompletableFuture<List<Publication>> publishAllOnce(List<KeyedBlob> blobs);

    /**
     * Lets go of keys of {@link #publishOnce}, each of which takes about 100 bytes in the store, when no repetition can come any
     * more. What was published stays.
     *
     * @param keys at most {@link #MAX_BATCH}, copied; one under which nothing was published is no failure
     * @return a future that completes when they are forgotten durably
     */
    CompletableFuture<Void> forgetPublished(List<byte[]> keys);

    /**
     * Publishes a content of any length up to 1 TiB, with constant memory. One of more than {@link #MAX_BLOB_BYTES} bytes is cut
     * into chunks, of which peers fetch those they miss from all who have them.
     *
     * @param content read to its end on a thread of the node that may block, and not closed; two contents are read at a time,
     *     others wait
     * @param size how many bytes {@code content} gives
     * @return a future of the SHA-256 of the whole content, which completes when it is stored durably here; failed with
     *     <ul>
     *       <li>{@link InvalidSettingException} when {@code content} gives more or fewer bytes
     *       <li>the {@link java.io.IOException} that {@code content} threw
     *       <li>{@link LimitExceededException} when {@code size} is out of bounds or too many contents wait
     *     </ul>
     *     Nothing of a content that failed stays in the store
     */
    CompletableFuture<BlobHash> publish(InputStream content, long size);

    /**
     * Opens a blob of any length, without having it in memory. What is not here is looked for as {@link #get} does; a content of more
     * than {@link #MAX_BLOB_BYTES} that is found is fetched into the store, where it stays until the distribution strategy lets it go.
     *
     * @param hash names the whole content
     * @return a future of a stream that begins at the first byte, or of nothing when no peer that was asked has the content, or its
     *     chunks have not all come within 30 s; they go on coming, and {@link NodeListener#blobComplete} tells. The stream is for one thread at a time, which waits for the store: never read it on a thread of the store
     *     or the transport. It throws {@link java.io.IOException} when the store cannot be read or the node is closed
     */
    CompletableFuture<Optional<InputStream>> openBlob(BlobHash hash);

    /**
     * Gets a blob of at most {@link #MAX_BLOB_BYTES} bytes. What is not here is asked of the peers that the distribution strategy
     * {@linkplain io.peerkit.api.gossip.DistributionStrategy#locate names}, the likeliest first, 32 at most; those that are not
     * connected are dialed, 4 at most. What comes is proven by its hash, and kept when it belongs here or is
     * {@linkplain #pin(BlobHash) pinned}.
     *
     * @param hash names the blob
     * @return a future of the blob, from the store, the application's {@link StorageHooks#blob} or a peer, or of nothing when nobody
     *     who was asked has it; that may take 15 s, and takes as long as the peers' answers when there are any. Failed with
     *     {@link LimitExceededException} when it is larger, in which case {@link #openBlob} opens it, or when more than 1,024 others are
     *     looked for
     */
    CompletableFuture<Optional<byte[]>> get(BlobHash hash);

    /**
     * Pins an entry: it is kept here whatever the distribution strategy says, also after a restart, and taken when a peer offers it. When
     * it is not here, peers are asked for it now and every ten minutes. A pin does not stop a delete by the author or the network's
     * authority, nor does it bring back what a closed epoch does not have.
     *
     * @param entry any entry, here or not; repeating it does nothing
     * @return a future that completes when the pin is stored durably, whether the entry has come or not; failed with
     *     {@link LimitExceededException} when {@value #MAX_PINS} others are pinned
     */
    CompletableFuture<Void> pin(EntryId entry);

    /**
     * Pins a content: every entry that carries it is treated as {@link #pin(EntryId)} treats one.
     *
     * @param blob names the content, of any length
     * @return as there
     */
    CompletableFuture<Void> pin(BlobHash blob);

    /**
     * Takes a pin back. The entry stays as long as the distribution strategy wants it here.
     *
     * @param entry the entry
     * @return a future that completes when this is stored; false when it was not pinned
     */
    CompletableFuture<Boolean> unpin(EntryId entry);

    /**
     * Takes a pin back.
     *
     * @param blob the content
     * @return as {@link #unpin(EntryId)}
     */
    CompletableFuture<Boolean> unpin(BlobHash blob);

    /**
     * Lists what is pinned.
     *
     * @return a future of all of it
     */
    CompletableFuture<Pinned> pinned();

    /**
     * Connects to a node.
     *
     * @param address its complete address
     * @return a future of the agent behind it, failed as {@link io.peerkit.api.transport.Transport#connect} is
     */
    CompletableFuture<AgentId> connect(NodeAddress address);

    /**
     * Sends a message to a connected peer. Messages are not stored and not sent again.
     *
     * @param agent the peer
     * @param message at most 262,144 bytes
     * @return a future that completes when the peer's node has taken it, failed with
     *     <ul>
     *       <li>{@link PeerUnreachableException} when the peer is not connected
     *       <li>{@link ProtocolRefusedException} when it is a relay
     *       <li>{@link LimitExceededException} when the message is too long
     *     </ul>
     */
    CompletableFuture<Void> send(AgentId agent, byte[] message);

    /**
     * Deletes entries, for everybody: payload and all that was derived from it go here before the future completes, and wherever the
     * delete arrives. What cannot be promised stands in the guide: a peer may misbehave and keep a copy.
     *
     * @param entries 1 to {@value #MAX_BATCH} entries, as {@link #publishEntry} and {@link Incoming#entry} name them, by this node's agent, or by anybody when it belongs to the authority
     * @return a future of those that were here and are deleted, once that is durable, failed with
     *     <ul>
     *       <li>{@link NotPermittedException} when one of them has another author; then none is deleted
     *       <li>{@link LimitExceededException} when there are none or too many
     *       <li>{@link StorageException} when the store failed
     *     </ul>
     */
    CompletableFuture<List<EntryId>> delete(List<EntryId> entries);

    /**
     * Closes the open epoch, so that its deletes are forgotten: what this node has is from then on what the network has. Best while
     * those who wrote are connected and in sync; what this node has not got is issued anew by its authors. Publications wait
     * meanwhile, about 2 s for a million entries.
     *
     * @return a future of the number of the closed epoch, failed with
     *     <ul>
     *       <li>{@link NotPermittedException} when the network has no {@linkplain io.peerkit.api.gossip.Authority authority}, this node's
     *           agent does not belong to it, its statements contradict each other, or the application's hook fails on deleted entries
     *       <li>{@link PeerUnreachableException} when this node is just going to another epoch, or too few of the authority's agents
     *           are connected and sign: after a {@link #sync} more may
     *       <li>{@link StorageException} when the store failed
     *     </ul>
     */
    CompletableFuture<Long> closeEpoch();

    /**
     * Blocks an agent without a reason.
     *
     * @param agent any agent but this node's own
     * @return as {@link #block(AgentId, String)} does
     */
    default CompletableFuture<Void> block(AgentId agent) {
        return block(agent, "");
    }

    /**
     * Turns an agent away until it is {@linkplain #unblock unblocked}, also after a restart where the store is durable: its
     * connections close, it is let in no more, and its entries are taken from nobody. What came from it before stays.
     *
     * <p>Of its entries that others offer the store keeps the signed header, so that they are not offered again, and never the payload.
     * Neither the hooks nor the listener hear of them.
     *
     * @param agent any agent but this node's own; a repetition replaces the reason
     * @param reason for {@link #blocked}, at most {@value BlockedAgent#MAX_REASON_LENGTH} characters
     * @return a future that completes when it is cut off and this is stored, failed with {@link LimitExceededException} when 10,000
     *     others are blocked or the reason is too long, with {@link InvalidSettingException} when it is this node's own
     */
    CompletableFuture<Void> block(AgentId agent, String reason);

    /**
     * Lets an agent in again. Entries of it that were not taken come with later rounds, from whoever has them.
     *
     * @param agent any agent
     * @return a future that completes when this is stored; false when it was not blocked
     */
    CompletableFuture<Boolean> unblock(AgentId agent);

    /**
     * Lists the agents that the application blocked.
     *
     * @return a future of up to 10,000, those blocked first in front
     */
    CompletableFuture<List<BlockedAgent>> blocked();

    /**
     * Reconciles with every connected peer now, without waiting for the next round.
     *
     * @return a future that completes when a session with each of them has ended, well or not, and what these sessions and pushes under
     *     way brought is stored or will not be
     */
    CompletableFuture<Void> sync();

    /**
     * Waits until this node and a peer have what either has now. Asks for a session at once, and for another one as long as one breaks
     * off or leaves something out.
     *
     * <p>Both sides count what waits for the clock, and what the application's hook failed on, as here ({@link NodeStatus#held},
     * {@link NodeStatus#failing}). What a peer names and cannot give ({@link SyncProgress.Scope#withheld}) does not hold this up. A
     * peer that never answers, or whose store fails, does: set a limit by {@link CompletableFuture#orTimeout}.
     *
     * @param agent a connected peer
     * @return a future that completes when a session that began after this call has ended and all that it found missing on either side
     *     is stored there, failed with
     *     <ul>
     *       <li>{@link PeerUnreachableException} when the peer is not connected, or a node of it goes away meanwhile
     *       <li>{@link ProtocolRefusedException} when it keeps no entries, as a relay
     *       <li>{@link LimitExceededException} when {@value #MAX_WAITS} calls wait for this peer
     *     </ul>
     */
    CompletableFuture<Void> whenInSync(AgentId agent);

    /**
     * Reads the node's figures.
     *
     * @return a future of a consistent moment
     */
    CompletableFuture<NodeStatus> status();

    /**
     * Closes the node: connections, threads, ports and files. Publications that were acknowledged are stored. Returns
     * when everything is closed. Repeating it does nothing.
     */
    @Override
    void close();
}
