// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.node;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlockedAgent;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.gossip.internal.integrate.UserTasks;
import io.peerkit.gossip.internal.peer.FaultBudget;
import io.peerkit.gossip.internal.peer.Membership;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns agents away: those that the application blocked, until it takes that back, and those that sent too much that is wrong,
 * for a time. Belongs to the node loop.
 */
public final class Gatekeeper implements Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Gatekeeper.class);

    private final GossipSettings settings;
    private final Optional<Storage> storage;
    private final UserTasks tasks;
    private final Consumer<AgentId> disconnect;
    private final Map<AgentId, BlockedAgent> blocked = new LinkedHashMap<>();
    private final FaultBudget budget = new FaultBudget();

    /**
     * @param storage keeps whom the application blocked; without it that ends with the process
     * @param disconnect closes all connections to an agent
     */
    Gatekeeper(GossipSettings settings, Optional<Storage> storage, UserTasks tasks, Consumer<AgentId> disconnect) {
        this.settings = settings;
        this.storage = storage;
        this.tasks = tasks;
        this.disconnect = disconnect;
    }

    /** Reads whom the application blocked; completes on the loop. */
    CompletableFuture<Void> load() {
        CompletableFuture<Void> loaded = new CompletableFuture<>();
        storage.ifPresentOrElse(store -> load(store, Optional.empty(), loaded), () -> loaded.complete(null));
        return loaded;
    }

    private void load(Storage store, Optional<byte[]> after, CompletableFuture<Void> loaded) {
        LoopHop.then(
                settings.loop(),
                store.records(BlockRecords.AGENTS, after, Storage.MAX_RECORDS, Integer.MAX_VALUE),
                found -> {
                    for (StoredRecord each : found) {
                        BlockedAgent agent = BlockRecords.agent(each);
                        settings.denyAccess().accept(agent.agentId());
                        blocked.put(agent.agentId(), agent);
                        disconnect.accept(agent.agentId());
                    }
                    if (found.isEmpty()) {
                        loaded.complete(null);
                    } else {
                        load(
                                store,
                                Optional.of(found.get(found.size() - 1).key().key()),
                                loaded);
                    }
                },
                loaded::completeExceptionally);
    }

    /** Turns an agent away until {@link #unblock}. */
    public void block(AgentId agent, String reason, CompletableFuture<Void> answer) {
        if (agent.equals(settings.agent().id())) {
            throw new InvalidSettingException("agent " + agent + " is this node's own and cannot be blocked");
        }
        if (reason.length() > BlockedAgent.MAX_REASON_LENGTH) {
            throw new LimitExceededException(
                    "reason of " + reason.length() + " characters, at most " + BlockedAgent.MAX_REASON_LENGTH);
        }
        settings.denyAccess().accept(agent); // Throws when it remembers too many; this bounds the map here too.
        BlockedAgent before = blocked.get(agent);
        BlockedAgent now =
                new BlockedAgent(agent, reason, before == null ? settings.loop().now() : before.since());
        blocked.put(agent, now);
        disconnect.accept(agent);
        write(WriteBatch.builder().records(List.of(BlockRecords.agent(now))), () -> answer.complete(null), answer);
    }

    private void write(WriteBatch.Builder batch, Runnable done, CompletableFuture<?> answer) {
        if (storage.isEmpty()) {
            done.run();
        } else {
            LoopHop.then(
                    settings.loop(),
                    storage.get().write(batch.build()),
                    written -> done.run(),
                    answer::completeExceptionally);
        }
    }

    /**
     * Lets an agent in again.
     *
     * @param entries makes way for its entries; completes on the loop
     */
    void unblock(AgentId agent, Consumer<CompletableFuture<Void>> entries, CompletableFuture<Boolean> answer) {
        if (!blocked.containsKey(agent)) {
            answer.complete(false);
            return;
        }
        write(
                WriteBatch.builder().removeRecords(List.of(BlockRecords.key(agent))),
                () -> {
                    blocked.remove(agent);
                    settings.allowAccess().accept(agent);
                    CompletableFuture<Void> cleared = new CompletableFuture<>();
                    entries.accept(cleared);
                    LoopHop.then(
                            settings.loop(), cleared, done -> answer.complete(true), answer::completeExceptionally);
                },
                answer);
    }

    /** Whom the application blocked, those blocked first in front. */
    public List<BlockedAgent> blocked() {
        return blocked.values().stream()
                .sorted((one, other) -> one.since().compareTo(other.since()))
                .toList();
    }

    /** Whether connections with an agent are closed at once. */
    boolean isTurnedAway(AgentId agent) {
        return blocked.containsKey(agent) || budget.isExcluded(agent);
    }

    @Override
    public boolean isBlocked(AgentId author) {
        return blocked.containsKey(author);
    }

    @Override
    public void misbehaved(AgentId peer, int faults) {
        Optional<Duration> exclusion = budget.charge(peer, faults);
        if (exclusion.isPresent()) {
            Duration duration = exclusion.get();
            LOG.warn("peer {} sent too much that is wrong; it is turned away for {}", peer, duration);
            tasks.offer(() -> settings.listener().peerExcluded(peer, duration), 0);
            disconnect.accept(peer);
        }
    }

    /** A second passed. */
    void tick() {
        budget.tick();
    }

    /** How many are turned away for a time. */
    int excluded() {
        return budget.excluded();
    }
}
