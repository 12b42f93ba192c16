// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dcutr;

import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.dial.DialTargets;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Carries out a {@link HolePunch} for one relayed connection that the peer dialed. Belongs to its event loop. */
final class Upgrading {
    private final Connection connection;
    private final Dialer dialer;
    private final Supplier<List<Multiaddr>> ours;
    private final Runnable begun;
    private final Consumer<HolePunch.Action> ended;
    private final HolePunch punch = new HolePunch();
    private @Nullable DcutrStream stream;

    /**
     * Prepares.
     *
     * @param ours where the peer could dial this node
     * @param begun is told when something is tried
     * @param ended is told {@link HolePunch.Action.Succeed} or {@link HolePunch.Action.GiveUp}, once
     */
    Upgrading(
            Connection connection,
            Dialer dialer,
            Supplier<List<Multiaddr>> ours,
            Runnable begun,
            Consumer<HolePunch.Action> ended) {
        this.connection = connection;
        this.dialer = dialer;
        this.ours = ours;
        this.begun = begun;
        this.ended = ended;
    }

    void start(List<Multiaddr> theirs) {
        carryOut(punch.start(theirs, ours.get()));
    }

    /** A direct connection to the peer was let in. */
    void direct() {
        carryOut(punch.direct());
    }

    /** The relayed connection is closed. */
    void gone() {
        carryOut(punch.impossible("relayed connection is closed"));
    }

    private void carryOut(List<HolePunch.Action> actions) {
        for (HolePunch.Action action : actions) {
            if (action instanceof HolePunch.Action.DialPlainly plain) {
                begun.run();
                DialTargets targets = new DialTargets(plain.addresses(), Optional.of(connection.peer()));
                after(
                        dialer.dial(targets).thenCompose(Connection::established),
                        () -> carryOut(punch.plainlyFailed(ours.get())));
            } else if (action instanceof HolePunch.Action.Exchange exchange) {
                begun.run();
                later(exchange.delay(), this::exchange);
            } else if (action instanceof HolePunch.Action.SyncAndPunch sync) {
                syncAndPunch(sync);
            } else {
                DcutrStream open = stream;
                if (open != null) {
                    open.abandon();
                }
                ended.accept(action);
            }
        }
    }

    private void exchange() {
        var unused = connection.open(Dcutr.PROTOCOL).whenComplete((opened, failure) -> {
            if (failure instanceof ProtocolRefusedException) {
                carryOut(punch.impossible("peer does not speak " + Dcutr.PROTOCOL));
            } else if (failure != null) {
                failed();
            } else {
                long start = connection.nanoTime();
                DcutrStream asking = new DcutrStream(
                        opened,
                        answer -> carryOut(punch.answered(answer, Duration.ofNanos(connection.nanoTime() - start))),
                        broken -> failed());
                stream = asking;
                asking.send(DcutrMessage.connect(HolePunch.dialable(ours.get())));
                asking.start();
            }
        });
    }

    private void syncAndPunch(HolePunch.Action.SyncAndPunch sync) {
        DcutrStream open = stream;
        if (open == null) {
            failed();
            return;
        }
        open.send(DcutrMessage.SYNC);
        open.end();
        later(
                sync.delay(),
                () -> after(
                        PunchRace.start(
                                connection.peer(),
                                sync.addresses(),
                                address -> dialer.punch(address, connection.peer(), false)),
                        this::failed));
    }

    private void failed() {
        carryOut(punch.failed(ours.get()));
    }

    private void later(Duration wait, Runnable task) {
        if (wait.isZero()) {
            task.run();
        } else {
            connection.after(wait, task);
        }
    }

    /** Goes on when a dial has ended; success is told by {@link #direct}. */
    private void after(CompletableFuture<Connection> dial, Runnable failed) {
        var unused = dial.whenComplete((direct, failure) -> {
            try {
                connection.execute(failure == null ? this::direct : failed);
            } catch (RejectedExecutionException e) {
                return; // the transport is closed, and so is the relayed connection
            }
        });
    }
}
