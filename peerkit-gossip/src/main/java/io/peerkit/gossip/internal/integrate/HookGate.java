// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.Change;
import io.peerkit.api.EntryId;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.StorageHooks;
import io.peerkit.gossip.NodeLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows entries to the application before they are stored, in order, and sorts them by its answers. */
final class HookGate {
    /** Entries that one task on the user executor looks at, so that other events come in between. */
    private static final int MAX_PER_TASK = 64;

    private static final Logger LOG = LoggerFactory.getLogger(HookGate.class);

    private final NodeLoop loop;
    private final UserTasks tasks;
    private final StorageHooks hooks;
    private final BiConsumer<List<Arrival>, List<Arrival>> judged;
    private final Deque<Arrival> waiting = new ArrayDeque<>();
    private boolean asking;

    /** On the user executor only, which runs one task at a time. */
    private boolean hookFails;

    /** As {@link #hookFails}, for what is told afterwards. */
    private boolean changeFails;

    /**
     * @param judged gets those to store, and those to drop because the hook failed
     */
    HookGate(NodeLoop loop, UserTasks tasks, StorageHooks hooks, BiConsumer<List<Arrival>, List<Arrival>> judged) {
        this.loop = loop;
        this.tasks = tasks;
        this.hooks = hooks;
        this.judged = judged;
    }

    void add(Arrival arrival) {
        waiting.add(arrival);
    }

    void flush() {
        if (asking || waiting.isEmpty()) {
            return;
        }
        asking = true;
        List<Arrival> batch = new ArrayList<>();
        while (batch.size() < MAX_PER_TASK && !waiting.isEmpty()) {
            batch.add(waiting.remove());
        }
        tasks.execute(() -> ask(batch));
    }

    /** A hook that always fails would otherwise print a stack for each entry in each round. */
    private void log(Arrival arrival, Throwable failure) {
        EntryId entry = arrival.entry().stored().id();
        if (hookFails) {
            LOG.debug("the application's hook failed on entry {} too", entry, failure);
        } else {
            hookFails = true;
            LOG.warn("the application's hook failed on entry {}; it is not stored and comes again", entry, failure);
        }
    }

    /** An entry is in the store. On the user executor. */
    void stored(Arrival arrival) {
        if (arrival.isRejected()) {
            return;
        }
        EntryId entry = arrival.entry().stored().id();
        try {
            hooks.changed(new Change.Integrated(entry, arrival.entry().header()));
            changeFails = false;
        } catch (Throwable e) { // the application's code may throw anything, and the next entry must be told
            if (changeFails) {
                LOG.debug("the application's hook failed on the change by entry {} too", entry, e);
            } else {
                changeFails = true;
                LOG.warn("the application's hook failed on the change by entry {}", entry, e);
            }
        }
    }

    private void ask(List<Arrival> batch) {
        List<IntegrationVerdict> verdicts = new ArrayList<>(batch.size());
        List<Arrival> failed = new ArrayList<>();
        List<Arrival> kept = new ArrayList<>(batch.size());
        for (Arrival arrival : batch) {
            try {
                verdicts.add(Objects.requireNonNull(hooks.onIntegrate(arrival.incoming()), "verdict"));
                kept.add(arrival);
                hookFails = false;
            } catch (Throwable e) { // the application's code may throw anything, and the entry's source waits for us
                log(arrival, e);
                failed.add(arrival);
            }
        }
        loop.execute(() -> {
            asking = false;
            for (int i = 0; i < kept.size(); i++) {
                kept.get(i).judge(verdicts.get(i));
            }
            judged.accept(kept, failed);
            flush();
        });
    }
}
