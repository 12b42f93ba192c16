// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.ClosedException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.internal.node.DataSide;
import io.peerkit.gossip.internal.node.LiveNode;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The way into a node from any thread: events of the transport, which wait until the node is started, and questions of the
 * application, which are all answered, at the latest when it stops.
 */
final class NodeCalls {
    /** What the transport tells before the start; a peer cannot send anything but cards and messages by then. */
    private static final int MAX_EARLY = 1_024;

    private final NodeLoop loop;
    private final Deque<Consumer<LiveNode>> early = new ArrayDeque<>();
    private final AtomicReference<Optional<CompletableFuture<Void>>> stop = new AtomicReference<>(Optional.empty());
    private final AtomicLong questions = new AtomicLong();
    private final Map<Long, CompletableFuture<?>> unanswered = new ConcurrentSkipListMap<>();
    private Optional<LiveNode> live = Optional.empty();

    NodeCalls(NodeLoop loop) {
        this.loop = loop;
    }

    /** Makes the node and starts it; once only. */
    CompletableFuture<Void> start(Supplier<LiveNode> made) {
        CompletableFuture<Void> started = new CompletableFuture<>();
        loop.execute(() -> {
            if (live.isPresent() || stop.get().isPresent()) {
                started.completeExceptionally(new ClosedException("node was started or stopped before"));
                return;
            }
            LiveNode node = made.get();
            live = Optional.of(node);
            while (!early.isEmpty()) {
                early.remove().accept(node);
            }
            LoopHop.then(loop, node.start(), started::complete, started::completeExceptionally);
        });
        return started;
    }

    /** The transport tells something; what is not needed may be dropped before the start. */
    void tell(boolean needed, Consumer<LiveNode> event) {
        loop.execute(() -> {
            if (live.isPresent()) {
                event.accept(live.get());
            } else if (needed || early.size() < MAX_EARLY) {
                early.add(event);
            }
        });
    }

    /** A peer opened a stream. */
    void accept(PeerStream stream) {
        loop.execute(() -> {
            if (live.isPresent()) {
                live.get().accepted(stream);
            } else if (early.size() < MAX_EARLY) {
                early.add(now -> now.accepted(stream));
            } else {
                stream.reset();
            }
        });
    }

    /** Asks the node. */
    <T> CompletableFuture<T> ask(BiConsumer<LiveNode, CompletableFuture<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (stop.get().isPresent()) {
            answer.completeExceptionally(new ClosedException("node is closed"));
            return answer;
        }
        long number = questions.incrementAndGet();
        unanswered.put(number, answer);
        CompletableFuture<?> forgetting = answer.whenComplete((value, failure) -> unanswered.remove(number));
        loop.execute(() -> {
            if (forgetting.isDone()) {
                return; // The caller has taken the question back.
            }
            if (live.isPresent()) {
                answer(question, live.get(), answer);
            } else {
                answer.completeExceptionally(new ClosedException("node has not started"));
            }
        });
        return answer;
    }

    /** Asks those who keep entries. */
    <T> CompletableFuture<T> askData(BiConsumer<DataSide, CompletableFuture<T>> question) {
        return ask((node, answer) -> node.withData(answer, data -> question.accept(data, answer)));
    }

    private static <T> void answer(
            BiConsumer<LiveNode, CompletableFuture<T>> question, LiveNode node, CompletableFuture<T> answer) {
        try {
            question.accept(node, answer);
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    /** Stops the node; repeating it gives the same future. */
    CompletableFuture<Void> stop() {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Optional<CompletableFuture<Void>> before =
                stop.getAndUpdate(first -> first.isPresent() ? first : Optional.of(ended));
        if (before.isPresent()) {
            return before.get();
        }
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        loop.execute(() -> {
            early.clear();
            if (live.isPresent()) {
                live.get().stop(quiet);
            } else {
                quiet.complete(null);
            }
        });
        LoopHop.then(
                loop,
                quiet,
                done -> {
                    failUnanswered();
                    ended.complete(null);
                },
                ended::completeExceptionally);
        return ended;
    }

    /** What still waits for a peer when the node stops would wait for ever. */
    private void failUnanswered() {
        List<CompletableFuture<?>> waiting = new ArrayList<>(unanswered.values());
        waiting.forEach(answer -> answer.completeExceptionally(new ClosedException("node was closed")));
    }
}
