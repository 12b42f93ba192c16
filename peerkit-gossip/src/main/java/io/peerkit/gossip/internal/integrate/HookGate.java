// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.Change;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeListener;
import io.peerkit.api.StorageHooks;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what {@link Validation} decides: shows entries to the application, and hands on its answers. Belongs to the node loop. */
final class HookGate {
    private static final Logger LOG = LoggerFactory.getLogger(HookGate.class);

    /**
     * The application.
     *
     * @param hooks what it is asked by
     * @param listener what it is told by
     * @param executor runs the questions, several at a time if it can
     * @param tasks runs what is told, one at a time
     * @param deadline how long one question may take
     */
    record Application(
            StorageHooks hooks, NodeListener listener, Executor executor, UserTasks tasks, Duration deadline) {}

    private final NodeLoop loop;
    private final Application application;
    private final BiConsumer<List<Arrival>, List<Arrival>> judged;
    private final Validation<Arrival> validation;
    private final Map<Long, NodeLoop.Timer> deadlines = new HashMap<>();
    private boolean hookFails;

    /** On the tasks only, which run one at a time. */
    private boolean changeFails;

    /**
     * @param judged gets those to store, and those to drop because the hook failed
     */
    HookGate(NodeLoop loop, Application application, BiConsumer<List<Arrival>, List<Arrival>> judged) {
        this.loop = loop;
        this.application = application;
        this.judged = judged;
        this.validation = new Validation<>(new Validation.Limits(
                Math.max(1, Math.min(application.hooks().maxBatch(), StorageHooks.MAX_BATCH)),
                Math.max(1, Math.min(application.hooks().maxConcurrency(), StorageHooks.MAX_CONCURRENCY)),
                StorageHooks.MAX_STUCK));
    }

    void add(Arrival arrival) {
        validation.add(arrival.entry().stored().id(), arrival.entry().header().author(), arrival);
    }

    /** Whether the application still works at a question for this entry alone that was given up. */
    boolean isStuck(EntryId id) {
        return validation.isStuck(id);
    }

    /** Asks what can be asked now. */
    void flush() {
        for (Validation.Action<Arrival> action : validation.next()) {
            if (action instanceof Validation.Ask<Arrival> ask) {
                begin(ask);
            }
        }
    }

    private void begin(Validation.Ask<Arrival> ask) {
        long call = ask.call();
        deadlines.put(call, loop.schedule(application.deadline(), () -> late(call)));
        List<Incoming> batch = ask.entries().stream().map(Arrival::incoming).toList();
        try {
            application.executor().execute(() -> ask(call, batch));
        } catch (RuntimeException e) { // an executor that takes no more
            loop.execute(() -> {
                validation.returned(call);
                failed(call, e);
            });
        }
    }

    /** On the user executor. */
    private void ask(long call, List<Incoming> batch) {
        CompletableFuture<List<IntegrationVerdict>> answer;
        try {
            answer = application.hooks().integrate(batch).toCompletableFuture();
        } catch (Throwable e) { // the application's code may throw anything, and the entry's source waits for us
            answer = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<List<IntegrationVerdict>> given = answer;
        if (given.isDone()) {
            loop.execute(() -> {
                validation.returned(call);
                ended(call, given);
            });
        } else {
            loop.execute(() -> {
                validation.returned(call);
                flush();
            });
            LoopHop.then(loop, given, verdicts -> ended(call, given), reason -> ended(call, given));
        }
    }

    private void ended(long call, CompletableFuture<List<IntegrationVerdict>> answer) {
        List<IntegrationVerdict> verdicts;
        try {
            // A copy, which refuses what is no verdict; and the list is the application's.
            verdicts = List.copyOf(answer.join());
        } catch (RuntimeException e) {
            failed(call, e instanceof CompletionException && e.getCause() != null ? e.getCause() : e);
            return;
        }
        cancelDeadline(call);
        hookFails = false;
        perform(
                validation.answered(call, verdicts),
                new IllegalStateException(verdicts.size() + " verdicts, must be one for each entry"));
    }

    private void failed(long call, Throwable reason) {
        cancelDeadline(call);
        perform(validation.failed(call), reason);
    }

    private void late(long call) {
        deadlines.remove(call);
        perform(
                validation.late(call),
                new IllegalStateException(
                        "no answer within " + application.deadline().toMillis() + " ms"));
    }

    private void cancelDeadline(long call) {
        NodeLoop.Timer timer = deadlines.remove(call);
        if (timer != null) {
            timer.cancel();
        }
    }

    private void perform(List<Validation.Action<Arrival>> actions, Throwable reason) {
        List<Arrival> kept = new ArrayList<>();
        List<Arrival> failed = new ArrayList<>();
        for (Validation.Action<Arrival> action : actions) {
            if (action instanceof Validation.Settle<Arrival> settled) {
                settled.entry().judge(settled.verdict());
                kept.add(settled.entry());
            } else if (action instanceof Validation.Fail<Arrival> failure) {
                failed.add(failure.entry());
                report(failure, reason);
            }
        }
        if (!kept.isEmpty() || !failed.isEmpty()) {
            judged.accept(kept, failed);
        }
        flush();
    }

    /** A hook that always fails would otherwise print a stack for each entry in each round. */
    private void report(Validation.Fail<Arrival> failure, Throwable reason) {
        EntryId entry = failure.entry().entry().stored().id();
        AgentId author = failure.entry().entry().header().author();
        if (hookFails) {
            LOG.debug("the application's hook failed on entry {} too", entry, reason);
        } else {
            hookFails = true;
            LOG.warn("the application's hook failed on entry {}; it is not stored and comes again", entry, reason);
        }
        String told = failure.why() == Validation.Failure.BEHIND
                ? "given up behind others of its author"
                : String.valueOf(reason.getMessage());
        application.tasks().offer(() -> application.listener().integrationFailed(entry, author, told), 0);
    }

    /** An entry is in the store. On the tasks. */
    void stored(Arrival arrival) {
        if (!arrival.isTold()) {
            return;
        }
        EntryId entry = arrival.entry().stored().id();
        try {
            application
                    .hooks()
                    .changed(new Change.Integrated(entry, arrival.entry().header()));
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
}
