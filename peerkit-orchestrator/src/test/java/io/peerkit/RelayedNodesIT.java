// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.agent.FileKeyStore;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.PeerkitRelay;
import io.peerkit.api.RelayAddress;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes that do not listen, behind a relay: they find each other, sync, and come back when it does. */
@Timeout(120)
class RelayedNodesIT {
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);
    private static final byte[] OTHER_KEY = "fedcba9876543210fedcba9876543210".getBytes(UTF_8);

    @TempDir
    private Path folder;

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) { // the test has a time limit
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private PeerkitRelay relay(int port) {
        return Peerkit.relay()
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/" + port))
                .keys(FileKeyStore.at(folder.resolve("relay.keys")))
                .access(NetworkAccess.sharedKey(KEY))
                .start()
                .join();
    }

    private NodeBuilder hidden(String name, String relay, byte[] key) {
        return Peerkit.node()
                .storage(SqliteStorage.at(folder.resolve(name + ".db")))
                .transport(Libp2pTransport.builder().noListen().relay(new RelayAddress(relay)))
                .access(NetworkAccess.sharedKey(key));
    }

    private static boolean sees(PeerkitNode node, AgentId other) {
        return node.status().join().peers().contains(new NodeStatus.Peer(other, false));
    }

    @Test
    void twoHiddenNodes_relayBetween_entriesSyncAndItsRestartIsOutlived() {
        PeerkitRelay relay = relay(0);
        String address = relay.addresses().get(0).toString();
        int port = Integer.parseInt(address.replaceAll(".*/tcp/(\\d+)/.*", "$1"));
        try (PeerkitNode one = hidden("one", address, KEY).start().join();
                PeerkitNode two = hidden("two", address, KEY).start().join()) {
            one.publishAll(IntStream.range(0, 1_000)
                            .mapToObj(i -> ("entry " + i).getBytes(UTF_8))
                            .toList())
                    .join();
            await(() -> sees(one, two.agentId()) && sees(two, one.agentId()));
            await(() -> two.status().join().entries() == 1_000);
            assertThat(two.status().join().fingerprint())
                    .isEqualTo(one.status().join().fingerprint());
            assertThat(one.addresses()).containsExactly(circuit(address, one.nodeId()));
            assertThat(relay.metrics().get("relay.reservations.open")).isEqualTo(2);

            relay.close();
            await(() -> one.addresses().isEmpty()
                    && two.addresses().isEmpty()
                    && one.status().join().peers().isEmpty());
            two.publish("while it is away".getBytes(UTF_8)).join();
            try (PeerkitRelay again = relay(port)) {
                assertThat(again.addresses()).containsExactly(new NodeAddress(address));
                await(() -> one.status().join().entries() == 1_001);
                assertThat(one.addresses()).containsExactly(circuit(address, one.nodeId()));
            }
        } finally {
            relay.close();
        }
    }

    private static NodeAddress circuit(String relay, NodeId node) {
        return new NodeAddress(relay + "/p2p-circuit/p2p/" + node);
    }

    @Test
    void hiddenNode_wrongKey_deniedAndWithoutAPlace() throws Exception {
        BlockingQueue<String> denied = new LinkedBlockingQueue<>();
        NodeListener listener = new NodeListener() {
            @Override
            public void peerDenied(NodeId node, Optional<AgentId> agent, String reason) {
                denied.add(reason);
            }
        };
        try (PeerkitRelay relay = relay(0);
                PeerkitNode stranger = hidden(
                                "stranger", relay.addresses().get(0).toString(), OTHER_KEY)
                        .listener(listener)
                        .start()
                        .join()) {
            assertThat(denied.poll(30, TimeUnit.SECONDS)).isNotNull();
            assertThat(stranger.addresses()).isEqualTo(List.of());
            assertThat(relay.metrics().get("relay.reservations.granted")).isZero();
        }
    }
}
