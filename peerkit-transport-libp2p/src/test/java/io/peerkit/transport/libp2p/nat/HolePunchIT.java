// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.peerkit.testkit.nat.InTheLab;
import io.peerkit.testkit.nat.NatLab;
import io.peerkit.testkit.nat.NatLab.Room;
import io.peerkit.testkit.nat.NatLab.Router;
import io.peerkit.testkit.nat.Probe;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Two nodes behind routers find each other through a relay, and do without it where their routers let them. */
class HolePunchIT extends InTheLab {
    /** As each run mostly waits, one thread for each. */
    private static final Executor THREADS = task -> new Thread(task, "homes").start();

    @Test
    void connect_betweenTwoCones_refusedThenRelayedThenDirect() throws Exception {
        try (Homes homes = new Homes(Router.CONE, Router.CONE)) {
            String direct = homes.left.ask("connect /ip4/" + NatLab.RIGHT_ROUTER + "/tcp/5002/p2p/" + homes.rightName);
            assertTrue(direct.contains("PeerUnreachableException"), direct);

            assertEquals("ok", homes.left.ask("connect " + homes.rightAtRelay));
            assertEquals("ok", homes.left.ask("hold " + homes.rightName)); // on the relayed connection
            assertEquals("ok", homes.right.ask("await path DIRECT"));
            assertEquals("ok", homes.left.ask("await path DIRECT"));
            assertEquals("1", homes.left.ask("held"), "a stream on the relayed connection goes on for a while");
            assertEquals("10000000", homes.left.ask("echo " + homes.rightName + " 10000000"));
            assertEquals("1", homes.right.ask("figure dcutr.succeeded"));
            long relayed = Long.parseLong(homes.relay.ask("figure relay.circuits.bytes"));
            assertTrue(relayed < 100_000, "the relay carried " + relayed + " bytes");

            homes.awaitCircuits("0"); // the relay drops out of the path
            assertEquals("DIRECT", homes.left.ask("path " + homes.rightName));
            assertEquals("1000", homes.right.ask("echo " + homes.leftName + " 1000"));
            String late = homes.left.ask("held");
            assertTrue(late.contains("PeerUnreachableException"), late);
        }
    }

    /** Side by side: each takes three attempts of ten seconds, in which hardly anything happens. */
    @Test
    void connect_withASymmetricRouter_staysRelayedAndWorks() {
        List<CompletableFuture<Void>> all = Stream.of(
                        List.of(Router.CONE, Router.SYMMETRIC),
                        List.of(Router.SYMMETRIC, Router.CONE),
                        List.of(Router.SYMMETRIC, Router.SYMMETRIC))
                .map(routers -> CompletableFuture.runAsync(() -> staysRelayed(routers.get(0), routers.get(1)), THREADS))
                .toList();
        all.forEach(CompletableFuture::join);
    }

    private static void staysRelayed(Router left, Router right) {
        try (Homes homes = new Homes(left, right)) {
            assertEquals("ok", homes.left.ask("connect " + homes.rightAtRelay));
            assertEquals("ok", homes.right.ask("await path UPGRADING"));
            assertEquals("ok", homes.right.ask("await path RELAYED"));
            assertEquals("RELAYED", homes.left.ask("path " + homes.rightName));
            assertEquals("1", homes.right.ask("figure dcutr.failed"));
            assertEquals("1000000", homes.left.ask("echo " + homes.rightName + " 1000000"));
        } catch (Exception e) {
            throw new AssertionError("with routers " + left + " and " + right, e);
        }
    }

    /** A node in each home and a relay on the internet, at which both have a place. */
    private static final class Homes implements AutoCloseable {
        private final NatLab lab;
        private final Probe relay;
        private final Probe left;
        private final Probe right;
        private final String leftName;
        private final String rightName;
        private final String rightAtRelay;

        Homes(Router leftRouter, Router rightRouter) throws Exception {
            lab = NatLab.between(leftRouter, rightRouter);
            relay = new Probe(lab, Room.NET, NodeProbe.class);
            left = new Probe(lab, Room.LEFT, NodeProbe.class);
            right = new Probe(lab, Room.RIGHT, NodeProbe.class);
            String listen = "/ip4/" + NatLab.INTERNET + "/tcp/4001";
            String relayAddress = listen + "/p2p/" + relay.ask("relay " + listen);
            leftName = left.ask("node /ip4/0.0.0.0/tcp/5001 " + relayAddress);
            rightName = right.ask("node /ip4/0.0.0.0/tcp/5002 " + relayAddress);
            for (Probe node : List.of(left, right)) {
                assertEquals("ok", node.ask("connect " + relayAddress));
                assertEquals("ok", node.ask("await addresses 3"));
            }
            rightAtRelay = relayAddress + "/p2p-circuit/p2p/" + rightName;
        }

        void awaitCircuits(String count) throws InterruptedException {
            String open = "";
            for (int i = 0; i < 300 && !open.equals(count); i++) {
                open = relay.ask("figure relay.circuits.open");
                Thread.sleep(100); // the lab has real routers and a real clock
            }
            assertEquals(count, open);
        }

        @Override
        public void close() {
            left.close();
            right.close();
            relay.close();
            lab.close();
        }
    }
}
