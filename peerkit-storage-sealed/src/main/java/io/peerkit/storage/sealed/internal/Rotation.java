// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PassphraseCost;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.WriteBatch;
import java.security.SecureRandom;
import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a new data key in the place of the old one, on a thread of its own.
 *
 * <ol>
 *   <li>The ring gets the new key beside the old one and is written; only then does anything use the new key.
 *   <li>All writes seal by it. Those under way are waited for.
 *   <li>Steps read what the old key sealed and write it back sealed by the new one, each with the state behind it, in one
 *       batch. What a write changes meanwhile is left to that write and looked at again.
 *   <li>The ring is written without the old key, and the store below compacted, which takes the old values and the old ring
 *       off the disk.
 * </ol>
 *
 * <p>A process may die anywhere in it: the ring tells the next opening that a rotation is under way, and the state how far it is.
 */
final class Rotation {
    /** How long a step waits when the store below has too much to do, in milliseconds. */
    private static final int BUSY_MILLIS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(Rotation.class);

    private final Storage inner;
    private final SealedWrites writes;
    private final SecureRandom random = new SecureRandom();
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Changed on the rotation's thread alone. */
    private volatile KeyRing ring;

    private @Nullable Thread thread;
    private CompletableFuture<Void> done = CompletableFuture.completedFuture(null);

    Rotation(Storage inner, KeyRing ring, SealedWrites writes) {
        this.inner = inner;
        this.ring = ring;
        this.writes = writes;
    }

    /** Goes on with what an earlier opening began. Blocks for as long as wrapping the keys takes. */
    void resume(KeySource source) {
        if (ring.isRotating()) {
            byte[] alone = wrap(ring.withCurrentAlone(), source);
            start(() -> sealAnew(alone));
        } else if (state().phase() == WalkState.Phase.COMPACT) {
            start(this::compact);
        }
    }

    synchronized CompletableFuture<Void> begin(KeySource source) {
        if (stopped.getCount() == 0) {
            return CompletableFuture.failedFuture(new ClosedException("the store is closed"));
        }
        if (done.isDone()) {
            start(() -> {
                if (!ring.isRotating()) {
                    KeyRing both = ring.withNewKey(random);
                    byte[] alone = wrap(both.withCurrentAlone(), source);
                    write(WriteBatch.builder().metadata(Storage.SEALED_MARKER, wrap(both, source)));
                    ring = both;
                    sealAnew(alone);
                } else {
                    sealAnew(wrap(ring.withCurrentAlone(), source));
                }
            });
        }
        return done.copy();
    }

    private synchronized void start(Runnable work) {
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        Thread started = new Thread(
                () -> {
                    try {
                        work.run();
                        outcome.complete(null);
                    } catch (ClosedException e) {
                        outcome.completeExceptionally(e);
                    } catch (RuntimeException | Error e) {
                        LOG.warn(
                                "the rotation of the data key stopped; it goes on when asked to or at the next opening",
                                e);
                        outcome.completeExceptionally(e);
                    }
                },
                "peerkit-store-rotation");
        started.setDaemon(true);
        thread = started;
        done = outcome;
        started.start();
    }

    private byte[] wrap(KeyRing keys, KeySource source) {
        return KeyWrap.wrap(keys, source, PassphraseCost.STANDARD, random);
    }

    private void sealAnew(byte[] alone) {
        writes.use(new SealedForm(new Sealer(ring, random), writes.form().names()));
        Futures.awaitInterruptibly(writes.inFlight().drained());
        WalkState state = state();
        while (state.phase() != WalkState.Phase.WALKED) {
            state = step(state);
        }
        write(WriteBatch.builder()
                .metadata(Storage.SEALED_MARKER, alone)
                .metadata(OwnMetadata.ROTATION, sealed(WalkState.of(WalkState.Phase.COMPACT))));
        ring = ring.withCurrentAlone();
        compact();
    }

    private void compact() {
        Futures.awaitInterruptibly(inner.compact());
        write(WriteBatch.builder().metadata(OwnMetadata.ROTATION, sealed(WalkState.of(WalkState.Phase.DONE))));
    }

    private byte[] sealed(WalkState state) {
        return writes.form().seal(Place.Kind.ROTATION, state.encode());
    }

    /** A state under another key is that of an earlier rotation. */
    private WalkState state() {
        SealedForm form = writes.form();
        return Futures.awaitInterruptibly(inner.metadata(OwnMetadata.ROTATION))
                .filter(kept -> form.isCurrent(Place.Kind.ROTATION, kept))
                .map(kept -> WalkState.decode(form.open(Place.Kind.ROTATION, kept)))
                .orElse(WalkState.START);
    }

    private record Outcome(WalkState next, boolean skipped, CompletableFuture<BitSet> written) {}

    private WalkState step(WalkState state) {
        checkRunning();
        writes.inFlight().watch();
        Walk.Step step;
        try {
            step = new Walk(inner, new Resealing(writes.form())).step(state);
        } catch (RuntimeException | Error e) {
            writes.inFlight().forget();
            throw e;
        }
        Outcome outcome = writes.inFlight().settle(seen -> submit(state, step, writes.touched(seen)));
        try {
            Futures.awaitInterruptibly(outcome.written());
        } catch (LimitExceededException e) {
            pause();
            return state;
        }
        if (outcome.skipped()) {
            Futures.awaitInterruptibly(writes.inFlight().drained());
        }
        return outcome.next();
    }

    private Outcome submit(WalkState state, Walk.Step step, Set<Object> touched) {
        WriteBatch.Builder batch = WriteBatch.builder();
        boolean skipped = false;
        for (Walk.Part part : step.parts()) {
            if (touched.contains(part.identity())) {
                skipped = true;
            } else {
                part.change().accept(batch);
            }
        }
        WalkState next = skipped ? state : step.next();
        return new Outcome(
                next,
                skipped,
                inner.write(batch.metadata(OwnMetadata.ROTATION, sealed(next)).build()));
    }

    private void write(WriteBatch.Builder batch) {
        while (true) {
            checkRunning();
            try {
                Futures.awaitInterruptibly(inner.write(batch.build()));
                return;
            } catch (LimitExceededException e) {
                pause();
            }
        }
    }

    private void pause() {
        try {
            boolean ended = stopped.await(BUSY_MILLIS, TimeUnit.MILLISECONDS);
            LOG.debug("waited for the store below, stopped: {}", ended);
        } catch (InterruptedException e) {
            throw new ClosedException("the store is closed", e);
        }
    }

    private void checkRunning() {
        if (stopped.getCount() == 0) {
            throw new ClosedException("the store is closed");
        }
    }

    /** Ends after the step under way. */
    void stop() {
        Thread running;
        synchronized (this) {
            stopped.countDown();
            running = thread;
        }
        if (running != null && running != Thread.currentThread()) {
            running.interrupt();
            Futures.joinUninterruptibly(running);
        }
    }
}
