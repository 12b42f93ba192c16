// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what the {@link BootstrapKeeper} decides. Belongs to the node loop. */
public final class BootstrapDialer {
    private static final Logger LOG = LoggerFactory.getLogger(BootstrapDialer.class);

    private final NodeLoop loop;
    private final Transport transport;
    private final BootstrapKeeper keeper;
    private final BooleanSupplier needed;
    private final Alarm alarm;
    private boolean stopped;

    /**
     * @param bootstrap nodes to connect to while that is needed; the transport's relays are always
     * @param needed whether better contacts are missing
     */
    public BootstrapDialer(
            NodeLoop loop, Transport transport, Collection<NodeAddress> bootstrap, BooleanSupplier needed) {
        this.loop = loop;
        this.transport = transport;
        this.needed = needed;
        List<NodeAddress> relays = transport.relays().stream()
                .map(relay -> new NodeAddress(relay.value()))
                .toList();
        this.keeper = new BootstrapKeeper(relays, bootstrap);
        this.alarm = new Alarm(loop, this::start);
    }

    /** Dials what is due. */
    public void start() {
        perform(keeper.plan(needed.getAsBoolean(), loop.now()));
    }

    /** A node is gone. */
    public void gone(NodeId node) {
        keeper.gone(node, loop.now(), loop.random());
        start();
    }

    /** What could not be reached may be reachable now. */
    public void retryNow() {
        keeper.retryNow(loop.now(), loop.random());
        start();
    }

    private void perform(BootstrapKeeper.Plan plan) {
        if (stopped) {
            return;
        }
        plan.dials().forEach(this::dial);
        plan.wakeAt().ifPresent(alarm::at);
    }

    private void dial(NodeAddress address) {
        LoopHop.then(
                loop,
                transport.connect(List.of(address)),
                node -> {
                    boolean stillThere = transport.connectedNodes().contains(node);
                    keeper.connected(address, node, stillThere, loop.now(), loop.random());
                    start();
                },
                reason -> {
                    boolean retry = !(reason instanceof AccessDeniedException denied && denied.isLasting());
                    LOG.info(
                            "could not connect to bootstrap address {}{}: {}",
                            address,
                            retry ? "" : ", giving it up",
                            reason.getMessage());
                    keeper.failed(address, retry, loop.now(), loop.random());
                    start();
                });
    }

    /** Dials no more. */
    public void stop() {
        stopped = true;
        alarm.cancel();
    }
}
