// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.interop;

import static io.peerkit.transport.libp2p.internal.swarm.TestSwarm.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.testkit.interop.NpmPackages;
import io.peerkit.transport.libp2p.RelayLimits;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * DCUtR with js-libp2p on the other side, below the access gate. There is no router on loopback; what both say to each other,
 * and who begins the handshake, is the same. A host name counts as public on both sides.
 */
@Timeout(180)
final class JsDcutrIT {
    private static final Path FOLDER = Path.of(System.getProperty("peerkit.root"), "interop", "js");
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));

    @BeforeAll
    static void requireJs() throws Exception {
        NpmPackages.require(FOLDER, "js-libp2p interop");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The same port by host name. */
    private static Multiaddr byName(String address) {
        int port = Multiaddr.parse(address).port().orElseThrow();
        return Multiaddr.parse("/dns4/localhost/tcp/" + port);
    }

    private static Connection directOf(TestSwarm swarm, String peer) throws InterruptedException {
        Connection next;
        do {
            next = swarm.nextConnection();
        } while (next.isRelayed() || !next.node().value().equals(peer));
        return next;
    }

    @Test
    void js_dialedThroughTheRelay_exchangesAndBothDial() throws Exception {
        int port = freePort();
        try (TestSwarm relay = new TestSwarm(SETTINGS);
                TestSwarm ours = new TestSwarm(SETTINGS)) {
            relay.serveRelay(RelayLimits.defaults());
            ours.useRelays();
            ours.upgrade(byName(ours.address()));
            try (JsNode js = new JsNode(
                    FOLDER,
                    true,
                    "--relay",
                    relay.address(),
                    "--dcutr",
                    "--listen",
                    "/ip4/127.0.0.1/tcp/" + port,
                    "--announce",
                    "/dns4/localhost/tcp/" + port)) {
                Connection relayed = await(ours.dial(relay.address() + "/p2p-circuit/p2p/" + js.peer()));
                assertThat(relayed.isRelayed()).isTrue();
                Connection direct = directOf(ours, js.peer());
                assertThat(direct.isOpen()).isTrue();
                await(relayed.closed()); // js closes it at once
                assertThat(TestSwarm.ping(direct)).isPositive();
            }
        }
    }

    @Test
    void js_dialsThroughTheRelayAndTellsAPublicAddress_dialedPlainly() throws Exception {
        int port = freePort();
        try (TestSwarm relay = new TestSwarm(SETTINGS);
                TestSwarm ours = new TestSwarm(SETTINGS)) {
            relay.serveRelay(RelayLimits.defaults());
            BlockingQueue<?> placed = ours.useRelays(relay.address());
            ours.upgrade(byName(ours.address()));
            await(ours.dial(relay.address()));
            assertThat(placed.poll(30, TimeUnit.SECONDS)).isNotNull();
            try (JsNode js = new JsNode(
                    FOLDER,
                    true,
                    "--dcutr",
                    "--relay",
                    relay.address(),
                    "--listen",
                    "/ip4/127.0.0.1/tcp/" + port,
                    "--announce",
                    "/dns4/localhost/tcp/" + port)) {
                js.ask(JsNode.command("dial").put("address", relay.address() + "/p2p-circuit/p2p/" + ours.peer()));
                Connection direct = directOf(ours, js.peer());
                assertThat(direct.isDialer()).isTrue();
                assertThat(TestSwarm.ping(direct)).isPositive();
            }
        }
    }
}
