// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.follow;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.blob.LargeBlobs;
import io.peerkit.gossip.internal.entry.HybridClock;
import io.peerkit.gossip.internal.epoch.Epochs;
import io.peerkit.gossip.internal.follow.FollowAction.LookFor;
import io.peerkit.gossip.internal.follow.FollowAction.ReadKeys;
import io.peerkit.gossip.internal.follow.FollowAction.Tell;
import io.peerkit.gossip.internal.follow.SetFollower.Change;
import io.peerkit.gossip.internal.integrate.Integrator;
import io.peerkit.gossip.internal.integrate.PresentEntries;
import io.peerkit.gossip.internal.integrate.UserTasks;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node in step with a store that others write to: its entry set, its clock, and what its application knows. Pushes nothing: who wrote
 * an entry sends it. Belongs to the node loop.
 */
public final class StoreFollower implements NewsInbox.Reader {
    private static final Logger LOG = LoggerFactory.getLogger(StoreFollower.class);

    /**
     * What a follower works with.
     *
     * @param self the local agent, whose entries are no news
     * @param storage is watched
     * @param served the same with the blobs that the application keeps
     */
    public record Parts(
            NodeLoop loop,
            AgentId self,
            Storage storage,
            Storage served,
            EntrySet set,
            HybridClock clock,
            Integrator integrator,
            LargeBlobs blobs,
            NodeListener listener,
            UserTasks tasks,
            Epochs epochs) {}

    private final Parts parts;
    private final SetFollower machine;
    private final NewsTeller teller;
    private boolean stopped;

    /**
     * @param parts what it works with
     */
    public StoreFollower(Parts parts) {
        this.parts = parts;
        this.machine = new SetFollower(parts.set(), parts.integrator()::isUnderWay);
        this.teller = new NewsTeller(parts, this::told);
    }

    /** Begins to watch; in a store that nobody else writes to nothing follows. */
    public void start() {
        parts.storage().watch(new NewsInbox(parts.loop(), this));
    }

    @Override
    public void changed(Change change) {
        perform(machine.changed(change));
    }

    @Override
    public void missed() {
        perform(machine.missed());
    }

    /** Entries of peers were found in the store: as if it had told of them. */
    public void found(List<EntryKey> keys) {
        perform(machine.changed(new Change(keys, List.of())));
    }

    private void told() {
        perform(machine.told());
    }

    /** Time passes; called every second or so. */
    public void tick() {
        perform(machine.tick());
    }

    /** Does nothing more. */
    public void stop() {
        stopped = true;
    }

    private void perform(List<FollowAction> actions) {
        for (FollowAction action : actions) {
            if (stopped) {
                return;
            }
            if (action instanceof Tell tell) {
                tell(tell.keys());
            } else if (action instanceof ReadKeys read) {
                LoopHop.then(
                        parts.loop(),
                        parts.storage().keys(read.after(), SetFollower.PAGE_KEYS),
                        page -> perform(machine.keysRead(page)),
                        this::failed);
            } else if (action instanceof LookFor look) {
                LoopHop.then(
                        parts.loop(),
                        PresentEntries.of(parts.storage(), look.ids()),
                        present -> perform(machine.lookedUp(present)),
                        this::failed);
            }
        }
    }

    private void tell(List<EntryKey> keys) {
        long nowMillis = parts.loop().now().toEpochMilli();
        keys.forEach(key -> parts.clock().merge(key.time(), nowMillis));
        teller.tell(keys);
    }

    private void failed(Throwable reason) {
        LOG.debug("the store could not be compared with what is known of it; tried again later", reason);
        if (!stopped) {
            perform(machine.failed());
        }
    }
}
