// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import io.peerkit.api.transport.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Is told what happens in a node. Called on the node's user executor, one call at a time. */
public interface NodeListener {
    /**
     * A peer passed the access handshake.
     *
     * @param agent the peer
     * @param direct false when bytes go through a relay
     */
    default void peerConnected(AgentId agent, boolean direct) {}

    /**
     * Bytes get to a connected peer in another way than before: without its relay, say.
     *
     * @param agent the peer
     * @param path the new way
     */
    default void pathChanged(AgentId agent, Path path) {}

    /**
     * The last connection to a peer closed.
     *
     * @param agent the peer
     */
    default void peerDisconnected(AgentId agent) {}

    /**
     * This node can be reached in other ways than before: a relay gave it a place, say, or is gone.
     *
     * @param addresses all ways, complete addresses
     */
    default void addressesChanged(List<NodeAddress> addresses) {}

    /**
     * Someone was turned away by the access handshake, or turned this node away.
     *
     * @param node the node
     * @param agent who it claimed to be, where it got that far; not proven
     * @param reason a stable kebab-case code
     */
    default void peerDenied(NodeId node, Optional<AgentId> agent, String reason) {}

    /**
     * An entry from a peer was accepted and is stored durably. One of kind {@link
     * io.peerkit.api.gossip.EntryHeader#KIND_LARGE_BLOB} stands for a blob that is fetched from now on: {@link #blobComplete}.
     *
     * <p>Also told of what another process published or got, where they {@linkplain io.peerkit.api.storage.Storage#isShared share} a
     * store: then without {@link Incoming#from}, of what came since this node started, when its blob can be read.
     *
     * @param incoming the entry
     */
    default void integrated(Incoming incoming) {}

    /**
     * An entry was deleted, or a closed epoch does not have it, and it has left the store.
     *
     * @param removed the entry
     */
    default void removed(Removed removed) {}

    /**
     * An entry has left the store because others hold it, as {@link StorageHooks#onDrop} says. Not told again after a crash.
     *
     * @param dropped the entry
     */
    default void dropped(Dropped dropped) {}

    /**
     * This node adopted the snapshot with which the network's authority closed an epoch.
     *
     * @param epoch the number of the closed epoch, from 1
     */
    default void epochClosed(long epoch) {}

    /**
     * An entry of the local agent was published anew, because the authority closed its epoch before it saw it. The blob is the same.
     *
     * @param first the entry as it was; it has left the store
     * @param again the entry as it is now
     */
    default void reissued(EntryId first, EntryId again) {}

    /**
     * The network's authority signed two different statements for one epoch. This node adopts none any more until a person decides:
     * the network is divided. Told once, and again after each start.
     *
     * @param epoch the number of the epoch
     */
    default void epochForked(long epoch) {}

    /**
     * The application's hook threw on an entry of a peer, or did not answer in time. The entry is not stored and comes again in
     * a later round. Not told when the application is slow.
     *
     * @param entry the entry
     * @param author who signed it
     * @param reason what went wrong, for people
     */
    default void integrationFailed(EntryId entry, AgentId author, String reason) {}

    /**
     * A peer sent so much that is wrong that it is turned away for a time, by this node alone.
     *
     * @param agent the peer
     * @param duration for how long, from now
     */
    default void peerExcluded(AgentId agent, Duration duration) {}

    /**
     * How far this node is with its peers has changed. Told at most once a second, and the last state of a change always; not told
     * when the application is slow.
     *
     * @param progress the state of that moment
     */
    default void syncProgress(SyncProgress progress) {}

    /**
     * More of a large blob of a peer is here. Told about once a second while something comes, and not told when the application
     * is slow.
     *
     * @param entry stands for the blob
     * @param bytesHere what is stored of the content
     * @param size the content's length in bytes
     */
    default void blobProgress(EntryId entry, long bytesHere, long size) {}

    /**
     * A large blob of a peer is here as a whole, its hash was checked, and {@link PeerkitNode#openBlob} opens it. Told once
     * more when the process died before it was noted.
     *
     * @param entry stands for the blob
     * @param hash names the content
     * @param size the content's length in bytes
     */
    default void blobComplete(EntryId entry, BlobHash hash, long size) {}

    /**
     * A peer sent a message.
     *
     * @param from the peer
     * @param message its bytes
     */
    default void messageReceived(AgentId from, byte[] message) {}
}
