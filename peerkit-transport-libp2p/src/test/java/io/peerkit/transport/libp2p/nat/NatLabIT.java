// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.peerkit.testkit.nat.InTheLab;
import io.peerkit.testkit.nat.NatLab;
import io.peerkit.testkit.nat.NatLab.Room;
import io.peerkit.testkit.nat.NatLab.Router;
import io.peerkit.testkit.nat.Probe;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The lab does what real routers do; sockets of the JDK show it. */
class NatLabIT extends InTheLab {
    @Test
    void dial_toAHomeThatHasNotWritten_getsNoAnswer() throws Exception {
        try (Homes homes = new Homes(Router.CONE, Router.CONE)) {
            assertEquals("timeout", homes.left.ask("dial " + NatLab.RIGHT_ROUTER + " 5002"));
            assertEquals("timeout", homes.net.ask("dial " + NatLab.LEFT_ROUTER + " 5001"));
            assertEquals("ok", homes.left.ask("dial " + NatLab.INTERNET + " 7000"));
        }
    }

    @Test
    void dial_afterTheHomeWroteToAnother_getsNoAnswer() throws Exception {
        try (Homes homes = new Homes(Router.CONE, Router.CONE)) {
            assertEquals(NatLab.RIGHT_ROUTER + " 5002", homes.right.ask("seen " + NatLab.INTERNET + " 7000"));
            assertEquals("timeout", homes.left.ask("dial " + NatLab.RIGHT_ROUTER + " 5002"));
        }
    }

    @Test
    void punch_betweenTwoCones_connects() throws Exception {
        try (Homes homes = new Homes(Router.CONE, Router.CONE)) {
            assertEquals(NatLab.LEFT_ROUTER + " 5001", homes.left.ask("seen " + NatLab.INTERNET + " 7000"));
            assertEquals(NatLab.RIGHT_ROUTER + " 5002", homes.right.ask("seen " + NatLab.INTERNET + " 7000"));
            homes.assertBothPunch("ok", "punch", "5001", "5002");
            assertEquals(NatLab.LEFT_ROUTER + " 5001", homes.left.ask("seen-udp " + NatLab.INTERNET + " 7000"));
            assertEquals(NatLab.RIGHT_ROUTER + " 5002", homes.right.ask("seen-udp " + NatLab.INTERNET + " 7000"));
            homes.assertBothPunch("ok", "punch-udp", "5001", "5002");
        }
    }

    @Test
    void punch_toASymmetricRouter_getsNoAnswer() throws Exception {
        try (Homes homes = new Homes(Router.CONE, Router.SYMMETRIC)) {
            String seen = homes.right.ask("seen " + NatLab.INTERNET + " 7000");
            assertNotEquals(seen, homes.right.ask("seen 44.128.0.2 7000"));
            homes.assertBothPunch("timeout", "punch", "5001", seen.substring(seen.indexOf(" ") + 1));
            seen = homes.right.ask("seen-udp " + NatLab.INTERNET + " 7000");
            assertNotEquals(seen, homes.right.ask("seen-udp 44.128.0.2 7000"));
            homes.assertBothPunch("timeout", "punch-udp", "5001", seen.substring(seen.indexOf(" ") + 1));
        }
    }

    /** Two homes with a socket program each, and one on the internet that tells them what it sees of them. */
    private static final class Homes implements AutoCloseable {
        private final NatLab lab;
        private final Probe left;
        private final Probe right;
        private final Probe net;

        Homes(Router leftRouter, Router rightRouter) throws Exception {
            lab = NatLab.between(leftRouter, rightRouter);
            left = new Probe(lab, Room.LEFT, SocketProbe.class);
            right = new Probe(lab, Room.RIGHT, SocketProbe.class);
            net = new Probe(lab, Room.NET, SocketProbe.class);
            assertEquals("ok", net.ask("mirror 7000"));
            assertEquals("ok", left.ask("listen 5001"));
            assertEquals("ok", right.ask("listen 5002"));
        }

        void assertBothPunch(String expected, String command, String leftPort, String rightPort) {
            CompletableFuture<String> outcome = left.askAsync(command + " " + NatLab.RIGHT_ROUTER + " " + rightPort);
            assertEquals(expected, right.ask(command + " " + NatLab.LEFT_ROUTER + " " + leftPort));
            assertEquals(expected, outcome.join());
        }

        @Override
        public void close() {
            left.close();
            right.close();
            net.close();
            lab.close();
        }
    }
}
