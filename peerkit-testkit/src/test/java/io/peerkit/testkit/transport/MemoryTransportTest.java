// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;

/** The contract in real time, on a perfect network. */
class MemoryTransportTest extends TransportContract {
    private final MemoryNetwork network = MemoryNetwork.realTime(1);
    private final Map<Integer, TransportFactory> places = new HashMap<>();

    @Override
    protected CompletableFuture<Transport> start(TransportContext context) {
        return places.computeIfAbsent(Arrays.hashCode(context.seed()), seed -> network.place())
                .start(context);
    }

    @Override
    protected NodeAddress nowhere() {
        return network.nowhere();
    }

    @Override
    protected NodeAddress renamed(NodeAddress address, NodeId other) {
        return new NodeAddress(address.value().replaceFirst("/node/.*", "/node/" + other));
    }

    @AfterEach
    void closeNetwork() {
        network.close();
    }
}
