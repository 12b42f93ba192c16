// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.rpc.QueryFailedException;
import io.peerkit.storage.surreal.internal.rpc.RpcCodec;
import io.peerkit.storage.surreal.internal.rpc.ServerError;
import io.peerkit.storage.surreal.internal.rpc.ServerMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/**
 * Decides what happens on a session's sockets: connect, greet, send, try again, give up. It is told what happened and when, and
 * answers with {@link Action}s; it has no socket, clock, thread or randomness of its own. Times are nanoseconds from any origin.
 *
 * <p>A call waits until a socket that has greeted the server has room in its window. An answer that is overdue means that the
 * socket is dead: it is closed, and what was under way on it is sent again over another if that does no harm, or fails. A
 * transaction that lost a race waits a moment and is sent again. All of this until the call's deadline.
 */
final class SessionMachine {
    private final SessionLimits limits;
    private final Greeting greeting;
    private final RandomGenerator random;
    private final List<Link> links = new ArrayList<>();
    private final Deque<Call> waiting = new ArrayDeque<>();

    /** Calls that lost a race, by the time of their next attempt. */
    private final PriorityQueue<Delayed> delayed = new PriorityQueue<>(Comparator.comparingLong(Delayed::due));

    private final LiveQueries live = new LiveQueries();
    private final SessionCounts counts = new SessionCounts();
    private List<Action> actions = new ArrayList<>();
    private StorageException lastFailure = new StorageException("the server did not answer yet");
    private long lastId;
    private boolean closed;

    private record Delayed(Call call, long due) {}

    SessionMachine(SessionLimits limits, Greeting greeting, RandomGenerator random) {
        this.limits = limits;
        this.greeting = greeting;
        this.random = random;
        for (int i = 0; i < limits.sockets(); i++) {
            links.add(new Link(i));
        }
    }

    SessionCounts counts() {
        return counts;
    }

    StorageException lastFailure() {
        return lastFailure;
    }

    boolean isConnected() {
        return links.stream().anyMatch(link -> link.state == Link.State.READY);
    }

    boolean isClosed() {
        return closed;
    }

    List<Action> start(long now) {
        links.forEach(link -> open(link, now));
        return done(now);
    }

    List<Action> submit(Call call, long now) {
        call.deadline = now + limits.patience().toNanos();
        if (closed) {
            fail(call, new ClosedException("the store is closed"));
        } else if (waiting.size() + delayed.size() >= SessionLimits.MAX_WAITING) {
            fail(
                    call,
                    new LimitExceededException("calls waiting: " + SessionLimits.MAX_WAITING + ", no more can wait"));
        } else {
            waiting.add(call);
        }
        return done(now);
    }

    List<Action> watch(Watch watch, long now) {
        live.add(watch);
        Link first = links.get(0);
        if (first.state == Link.State.READY) {
            begin(live.call(watch, first.place()), now);
        }
        return done(now);
    }

    List<Action> opened(int index, long attempt, long now) {
        Link link = links.get(index);
        if (link.attempt == attempt && link.state == Link.State.OPENING) {
            link.state = Link.State.GREETING;
            link.heard = now;
            greet(link, Greeting.Step.VERSION);
        }
        return done(now);
    }

    List<Action> lost(int index, long attempt, String reason, long now) {
        Link link = links.get(index);
        if (link.attempt == attempt && link.state != Link.State.DOWN) {
            down(link, new StorageException("the connection was lost: " + reason), now);
        }
        return done(now);
    }

    List<Action> received(int index, long attempt, byte[] frame, long now) {
        Link link = links.get(index);
        if (link.attempt == attempt && (link.state == Link.State.GREETING || link.state == Link.State.READY)) {
            link.heard = now;
            try {
                received(link, RpcCodec.decode(frame), now);
            } catch (InvalidBytesException e) {
                counts.garbage++;
                shut(link, new StorageException("the server sent what is no answer: " + e.getMessage(), e), now);
            }
        }
        return done(now);
    }

    List<Action> tick(long now) {
        for (Link link : links) {
            tick(link, now);
        }
        for (Delayed next = delayed.peek(); next != null && next.due() <= now; next = delayed.peek()) {
            delayed.remove();
            waiting.addLast(next.call());
        }
        waiting.removeIf(call -> call.deadline <= now && giveUp(call));
        return done(now);
    }

    List<Action> close(long now) {
        closed = true;
        ClosedException reason = new ClosedException("the store is closed");
        for (Link link : links) {
            link.takeInFlight().forEach(call -> fail(call, reason));
            if (link.state != Link.State.DOWN) {
                actions.add(new Action.Shut(link.index, "closing"));
            }
            link.state = Link.State.DOWN;
            link.due = Long.MAX_VALUE;
        }
        waiting.forEach(call -> fail(call, reason));
        waiting.clear();
        delayed.forEach(next -> fail(next.call(), reason));
        delayed.clear();
        return done(now);
    }

    /** When {@link #tick} is to be called at the latest. */
    long nextTick() {
        long next = Long.MAX_VALUE;
        for (Link link : links) {
            next = Math.min(next, link.nextTick());
        }
        if (!delayed.isEmpty()) {
            next = Math.min(next, delayed.peek().due());
        }
        return waiting.isEmpty() ? next : Math.min(next, waiting.peek().deadline);
    }

    private void tick(Link link, long now) {
        switch (link.state) {
            case DOWN -> {
                if (link.due <= now && !closed) {
                    open(link, now);
                }
            }
            case OPENING, GREETING -> {
                if (link.due <= now) {
                    shut(link, new StorageException("the server did not greet in " + limits.requestTimeout()), now);
                }
            }
            case READY -> {
                if (link.firstDeadline() <= now) {
                    counts.timeouts++;
                    shut(link, new StorageException("no answer in " + limits.requestTimeout()), now);
                } else if (link.load() == 0 && link.heard + SessionLimits.IDLE_NANOS <= now) {
                    send(link, Call.on(link.place(), "ping", List.of(), Optional.empty()), now);
                }
            }
        }
    }

    private void open(Link link, long now) {
        link.state = Link.State.OPENING;
        link.attempt++;
        link.due = now + limits.requestTimeout().toNanos();
        actions.add(new Action.Open(link.index, link.attempt));
    }

    private void greet(Link link, Greeting.Step step) {
        link.step = step;
        link.stepId = ++lastId;
        byte[] frame = RpcCodec.request(link.stepId, greeting.method(step), greeting.params(step), Optional.empty());
        actions.add(new Action.Send(link.index, frame));
    }

    private void received(Link link, ServerMessage message, long now) {
        if (message instanceof ServerMessage.Change change) {
            changed(change);
        } else if (link.state == Link.State.GREETING) {
            greeted(link, message, now);
        } else if (message instanceof ServerMessage.Answer answer) {
            link.answered(answer.id()).ifPresentOrElse(call -> answered(link, call, answer, now), this::unasked);
        } else if (message instanceof ServerMessage.Refusal refusal) {
            link.answered(refusal.id())
                    .ifPresentOrElse(call -> refused(link, call, refusal.error(), now), this::unasked);
        }
    }

    private void unasked() {
        counts.unasked++;
    }

    private void greeted(Link link, ServerMessage message, long now) {
        boolean mayPass = false;
        try {
            if (message instanceof ServerMessage.Refusal refusal && refusal.id() == link.stepId) {
                mayPass = !refusal.error().isNotAllowed();
                throw greeting.refused(link.step, refusal.error());
            } else if (message instanceof ServerMessage.Answer answer && answer.id() == link.stepId) {
                greeting.check(link.step, answer.result());
            } else {
                unasked();
                return;
            }
        } catch (StorageException e) {
            shut(link, e, now);
            // Waiting will not help: what is refused now is refused in a moment too.
            if (!mayPass && !isConnected()) {
                waiting.removeIf(call -> failed(call, e));
            }
            return;
        }
        if (link.step == Greeting.Step.USE) {
            ready(link, now);
        } else {
            greet(link, link.step.next());
        }
    }

    private void ready(Link link, long now) {
        link.state = Link.State.READY;
        link.failures = 0;
        counts.connections++;
        if (link.index == 0) {
            live.callsOn(link.place()).forEach(call -> begin(call, now));
        }
    }

    private void begin(Call call, long now) {
        call.deadline = now + limits.patience().toNanos();
        waiting.addFirst(call);
    }

    private void changed(ServerMessage.Change change) {
        live.changed(change).ifPresentOrElse(actions::add, this::unasked);
    }

    private void answered(Link link, Call call, ServerMessage.Answer answer, long now) {
        if (!call.method().equals("query")) {
            actions.add(new Action.Succeed(call, answer.result()));
            return;
        }
        try {
            List<Object> results = RpcCodec.results(answer.result());
            live.answered(call, results).ifPresent(actions::add);
            actions.add(new Action.Succeed(call, results));
        } catch (QueryFailedException e) {
            refused(link, call, e.error(), now);
        } catch (InvalidBytesException e) {
            retry(call, new StorageException("the server sent what is no answer: " + e.getMessage(), e));
            throw e;
        }
    }

    private void refused(Link link, Call call, ServerError error, long now) {
        if (error.isConflict() && call.repeatable()) {
            counts.conflicts++;
            call.conflicts++;
            if (call.conflicts >= SessionLimits.MAX_CONFLICTS) {
                fail(
                        call,
                        new StorageException("a transaction lost " + call.conflicts + " races, at most "
                                + SessionLimits.MAX_CONFLICTS));
            } else {
                delayed.add(new Delayed(call, now + Backoff.CONFLICT.afterNanos(call.conflicts, random)));
            }
        } else if (error.isAboutSignIn() && !call.signedInAgain) {
            call.signedInAgain = true;
            // A session can run out; the next greeting signs in again, or says why it cannot.
            retry(call, new StorageException("the server does not know us any more"));
            shut(link, new StorageException("the server does not know us any more"), now);
        } else {
            fail(call, new QueryFailedException(error));
        }
    }

    private void shut(Link link, StorageException reason, long now) {
        actions.add(new Action.Shut(link.index, String.valueOf(reason.getMessage())));
        down(link, reason, now);
    }

    private void down(Link link, StorageException reason, long now) {
        lastFailure = reason;
        link.state = Link.State.DOWN;
        link.failures++;
        link.due = now + Backoff.CONNECT.afterNanos(link.failures, random);
        List<Call> lost = link.takeInFlight();
        for (int i = lost.size() - 1; i >= 0; i--) {
            retry(lost.get(i), reason);
        }
    }

    /** Puts a call in front again, where it came from, if sending it twice does no harm. */
    private void retry(Call call, StorageException reason) {
        if (call.repeatable()) {
            counts.resent++;
            waiting.addFirst(call);
        } else {
            fail(call, reason);
        }
    }

    private boolean giveUp(Call call) {
        String reason = "no connection in " + limits.patience() + ", last: " + lastFailure.getMessage();
        return failed(call, new StorageException(reason, lastFailure));
    }

    private boolean failed(Call call, RuntimeException reason) {
        fail(call, reason);
        return true;
    }

    private void fail(Call call, RuntimeException reason) {
        live.failed(call);
        actions.add(new Action.Fail(call, reason));
    }

    /** Sends what can be sent and hands the actions over. */
    private List<Action> done(long now) {
        boolean sent = true;
        while (sent && !waiting.isEmpty()) {
            Call next = waiting.peek();
            Optional<Link> link = linkFor(next);
            sent = link.isPresent() || isStranded(next);
            if (sent) {
                waiting.remove();
                link.ifPresentOrElse(
                        free -> send(free, next, now),
                        () -> fail(next, new StorageException("the connection of the transaction is lost")));
            }
        }
        List<Action> handed = actions;
        actions = new ArrayList<>();
        return handed;
    }

    private boolean isStranded(Call call) {
        return call.isPinned()
                && (links.get(call.pinnedLink()).state != Link.State.READY
                        || !call.fits(call.pinnedLink(), links.get(call.pinnedLink()).attempt));
    }

    private Optional<Link> linkFor(Call call) {
        return links.stream()
                .filter(link -> link.hasRoom() && call.fits(link.index, link.attempt))
                .min(Comparator.comparingInt(Link::load));
    }

    private void send(Link link, Call call, long now) {
        if (call.id == 0) {
            call.id = ++lastId;
            try {
                call.frame = RpcCodec.request(call.id, call.method(), call.params(), call.transaction());
            } catch (LimitExceededException e) {
                fail(call, e);
                return;
            }
        }
        call.place = link.place();
        link.sent(call, now + limits.requestTimeout().toNanos());
        actions.add(new Action.Send(link.index, call.frame));
    }
}
