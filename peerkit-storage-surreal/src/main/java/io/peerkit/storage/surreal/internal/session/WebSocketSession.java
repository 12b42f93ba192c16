// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what a {@link SessionMachine} decides, on one daemon thread, over the JDK's WebSocket client. */
public final class WebSocketSession implements SurrealSession {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketSession.class);

    private final URI uri;
    private final SessionMachine machine;
    private final SessionLimits limits;
    private final ScheduledThreadPoolExecutor loop;
    private final List<WebSocketLink> sockets = new ArrayList<>();
    private final long origin = System.nanoTime();
    private long tickAt = Long.MAX_VALUE;
    private boolean connected;
    private @Nullable Future<?> tick;
    private volatile @Nullable Thread thread;

    private WebSocketSession(HttpClient client, URI uri, Greeting greeting, SessionLimits limits) {
        this.uri = uri;
        this.limits = limits;
        machine = new SessionMachine(limits, greeting, ThreadLocalRandom.current());
        loop = new ScheduledThreadPoolExecutor(1, work -> {
            Thread made = new Thread(work, "peerkit-surreal");
            made.setDaemon(true);
            thread = made;
            return made;
        });
        loop.setRemoveOnCancelPolicy(true);
        loop.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        for (int i = 0; i < limits.sockets(); i++) {
            sockets.add(new WebSocketLink(client, uri, i, limits.requestTimeout(), new Reports()));
        }
    }

    /**
     * Begins to connect; does not wait for it.
     *
     * @param client connects
     * @param uri where the server's RPC is, {@code ws} or {@code wss}
     * @param greeting said first on every connection
     * @param limits of the session
     * @return the session
     */
    public static WebSocketSession start(HttpClient client, URI uri, Greeting greeting, SessionLimits limits) {
        WebSocketSession session = new WebSocketSession(client, uri, greeting, limits);
        session.post(session.machine::start);
        return session;
    }

    /** Carries what sockets report to the loop. */
    private final class Reports implements WebSocketLink.Reports {
        @Override
        public void opened(int link, long attempt) {
            post(now -> machine.opened(link, attempt, now));
        }

        @Override
        public void received(int link, long attempt, byte[] frame, Runnable next) {
            post(now -> {
                List<Action> actions = machine.received(link, attempt, frame, now);
                next.run();
                return actions;
            });
        }

        @Override
        public void lost(int link, long attempt, String reason) {
            post(now -> machine.lost(link, attempt, reason, now));
        }
    }

    @Override
    public CompletableFuture<List<Object>> query(String statements, Map<String, Object> variables) {
        return call(Call.query(new Query(statements, variables))).thenApply(WebSocketSession::list);
    }

    @SuppressWarnings("unchecked") // the machine answers queries with lists
    private static List<Object> list(Object results) {
        return (List<Object>) results;
    }

    @Override
    public CompletableFuture<Void> transaction(List<Query> queries) {
        return new FramedTransaction(this, queries, now() + limits.patience().toNanos()).run();
    }

    @Override
    public void watch(String statement, Map<String, Object> variables, LiveListener listener) {
        Watch watch = new Watch(new Query(statement, variables), listener);
        post(now -> machine.watch(watch, now));
    }

    @Override
    public Executor thread() {
        return loop;
    }

    CompletableFuture<Object> call(Call call) {
        if (!post(now -> machine.submit(call, now))) {
            call.answer().completeExceptionally(new io.peerkit.api.ClosedException("the store is closed"));
        }
        return call.answer();
    }

    @Override
    public void later(Runnable work, long nanos) {
        try {
            Future<?> unused = loop.schedule(work, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("closed before it was time");
        }
    }

    long now() {
        return System.nanoTime() - origin;
    }

    /** Whether the caller is on the thread that everything runs on. */
    public boolean isOnThread() {
        return Thread.currentThread() == thread;
    }

    private boolean post(LongFunction<List<Action>> event) {
        try {
            loop.execute(() -> handle(event));
            return true;
        } catch (RejectedExecutionException e) {
            return false; // closed: nothing is waited for any more
        }
    }

    private void handle(LongFunction<List<Action>> event) {
        try {
            event.apply(now()).forEach(this::carryOut);
            noteConnection();
            long next = machine.nextTick();
            if (next != tickAt) {
                schedule(next);
            }
        } catch (RuntimeException | Error e) {
            LOG.error("a report to the session failed", e);
        }
    }

    /** Tells the log once when the server goes and once when it comes back. */
    private void noteConnection() {
        boolean now = machine.isConnected();
        if (now && !connected) {
            LOG.info("{}: connected", uri);
        } else if (connected && !now && !machine.isClosed()) {
            LOG.warn(
                    "{}: no connection any more, tries again; {}",
                    uri,
                    machine.lastFailure().getMessage());
        }
        connected = now;
    }

    private void schedule(long at) {
        tickAt = at;
        if (tick != null) {
            tick.cancel(false);
        }
        tick = at == Long.MAX_VALUE || loop.isShutdown()
                ? null
                : loop.schedule(() -> handle(machine::tick), Math.max(0, at - now()), TimeUnit.NANOSECONDS);
    }

    private void carryOut(Action action) {
        if (action instanceof Action.Send send) {
            sockets.get(send.link()).send(send.frame());
        } else if (action instanceof Action.Succeed done) {
            done.call().answer().complete(done.result());
        } else if (action instanceof Action.Fail failed) {
            failed.call().answer().completeExceptionally(failed.failure());
        } else if (action instanceof Action.Open open) {
            sockets.get(open.link()).open(open.attempt());
        } else if (action instanceof Action.Shut shut) {
            LOG.debug("socket {} closed: {}", shut.link(), shut.reason());
            sockets.get(shut.link()).shut();
        } else if (action instanceof Action.Watching watching) {
            watching.watch().listener().watching();
        } else if (action instanceof Action.Changed changed) {
            changed.watch().listener().changed(changed.action(), changed.result());
        }
    }

    @Override
    public void close() {
        if (post(machine::close)) {
            loop.shutdown();
            if (!isOnThread()) {
                awaitEnd();
            }
        }
    }

    private void awaitEnd() {
        boolean interrupted = false;
        while (!loop.isTerminated()) {
            try {
                interrupted |= !loop.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
