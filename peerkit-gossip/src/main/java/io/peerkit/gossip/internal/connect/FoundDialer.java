// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what {@link FoundNodes} decides. Belongs to the node loop. */
public final class FoundDialer {
    private static final Logger LOG = LoggerFactory.getLogger(FoundDialer.class);

    private final NodeLoop loop;
    private final Transport transport;
    private final BooleanSupplier needed;
    private final FoundNodes nodes = new FoundNodes();
    private final Alarm alarm;
    private boolean stopped;

    /**
     * @param needed whether better contacts are missing
     */
    public FoundDialer(NodeLoop loop, Transport transport, BooleanSupplier needed) {
        this.loop = loop;
        this.transport = transport;
        this.needed = needed;
        this.alarm = new Alarm(loop, this::perform);
    }

    /** A node is said to be near. */
    public void found(NodeId node, List<NodeAddress> addresses) {
        nodes.found(node, addresses, transport.connectedNodes().contains(node), loop.now());
        perform();
    }

    /** A node is gone. */
    public void gone(NodeId node) {
        nodes.gone(node, loop.now(), loop.random());
        perform();
    }

    /** What could not be reached may be reachable now. */
    public void retryNow() {
        nodes.retryNow(loop.now(), loop.random());
        perform();
    }

    private void perform() {
        if (stopped) {
            return;
        }
        FoundNodes.Plan plan = nodes.plan(needed.getAsBoolean(), loop.now());
        plan.dials().forEach(this::dial);
        plan.wakeAt().ifPresent(alarm::at);
    }

    private void dial(FoundNodes.Dial dial) {
        LoopHop.then(
                loop,
                transport.connect(dial.addresses()),
                node -> {
                    boolean stillThere = transport.connectedNodes().contains(dial.node());
                    nodes.connected(dial.node(), stillThere, loop.now(), loop.random());
                    perform();
                },
                reason -> {
                    boolean retry = !(reason instanceof AccessDeniedException denied && denied.isLasting());
                    LOG.debug("could not connect to {}, found nearby: {}", dial.node(), reason.getMessage());
                    nodes.failed(dial.node(), retry, loop.now(), loop.random());
                    perform();
                });
    }

    /** Dials no more. */
    public void stop() {
        stopped = true;
        alarm.cancel();
    }
}
