// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.node;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.SyncProgress;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.integrate.Integrator;
import io.peerkit.gossip.internal.integrate.UserTasks;
import io.peerkit.gossip.internal.push.Pusher;
import io.peerkit.gossip.internal.stream.LoopHop;
import io.peerkit.gossip.internal.sync.Syncer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Answers the application's questions about being in sync, and tells it how far the node is. Belongs to the node loop. */
final class ProgressDesk {
    /** What one peer in a progress that waits for the application takes, about. */
    private static final int PEER_BYTES = 256;

    private final NodeLoop loop;
    private final Syncer syncer;
    private final Integrator integrator;
    private final Pusher pusher;
    private final NodeListener listener;
    private final UserTasks tasks;
    private SyncProgress told = SyncProgress.of(List.of());
    private long seen;
    private boolean wasBusy;

    ProgressDesk(
            NodeLoop loop,
            Syncer syncer,
            Integrator integrator,
            Pusher pusher,
            NodeListener listener,
            UserTasks tasks) {
        this.loop = loop;
        this.syncer = syncer;
        this.integrator = integrator;
        this.pusher = pusher;
        this.listener = listener;
        this.tasks = tasks;
    }

    SyncProgress read() {
        return syncer.progress().read(pusher.progress());
    }

    /** Reconciles with everybody. What pushes bring meanwhile is in the sessions' snapshots as if it were stored. */
    void sync(CompletableFuture<Void> answer) {
        LoopHop.then(
                loop,
                syncer.syncAll(),
                done -> LoopHop.then(
                        loop, integrator.settled(), whole -> answer.complete(null), answer::completeExceptionally),
                answer::completeExceptionally);
    }

    /** Waits until this node and an agent have what either has now. */
    void whenInSync(AgentId agent, List<NodeId> nodes, CompletableFuture<Void> answer) {
        if (nodes.isEmpty()) {
            answer.completeExceptionally(new PeerUnreachableException("agent " + agent + " is not connected"));
            return;
        }
        CompletableFuture<?>[] all = nodes.stream().map(syncer::whenInSync).toArray(CompletableFuture<?>[]::new);
        for (CompletableFuture<?> one : all) {
            // The first that fails fails the whole.
            LoopHop.then(loop, one, done -> {}, answer::completeExceptionally);
        }
        LoopHop.then(loop, CompletableFuture.allOf(all), answer::complete, answer::completeExceptionally);
        // Who takes the question back is not waited for.
        CompletableFuture<?> unused = answer.whenComplete((done, failure) -> {
            for (CompletableFuture<?> one : all) {
                one.cancel(false);
            }
        });
    }

    /** Called once a second: that is the bound of what the application is told. */
    void tick() {
        boolean busy = syncer.progress().isBusy() || pusher.isWanting();
        long changes = syncer.progress().changes();
        if (!busy && !wasBusy && changes == seen) {
            return;
        }
        SyncProgress now = read();
        if (now.equals(told)) {
            seen = changes;
            wasBusy = busy;
        } else if (tasks.offer(
                () -> listener.syncProgress(now), PEER_BYTES * now.peers().size())) {
            told = now;
            seen = changes;
            wasBusy = busy;
        }
    }
}
