// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.peerkit.testkit.nat.InTheLab;
import io.peerkit.testkit.nat.NatLab;
import io.peerkit.testkit.nat.NatLab.Room;
import io.peerkit.testkit.nat.NatLab.Router;
import io.peerkit.testkit.nat.Probe;
import io.peerkit.transport.libp2p.nat.SocketProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A {@code miniupnpd} opens ports by each of the protocols, and connections come through. */
class PortMapIT extends InTheLab {
    private static final String DIAL = "dial " + NatLab.LEFT_ROUTER + " 5001";
    private static final String OPEN = NatLab.LEFT_ROUTER + " 5001";

    @ParameterizedTest
    @ValueSource(strings = {"pcp", "nat-pmp", "upnp"})
    void map_eachProtocol_connectionsComeThroughUntilItIsRemoved(String protocol) throws Exception {
        try (NatLab lab = NatLab.between(Router.UPNP, Router.CONE);
                Probe listener = new Probe(lab, Room.LEFT, SocketProbe.class);
                Probe ports = new Probe(lab, Room.LEFT, PortProbe.class);
                Probe internet = new Probe(lab, Room.NET, SocketProbe.class)) {
            assertEquals("ok", listener.ask("listen 5001"));
            assertEquals("timeout", internet.ask(DIAL));
            assertEquals(OPEN, ports.ask("map " + protocol + " 5001"));
            assertEquals("ok", internet.ask(DIAL));
            assertEquals("ok", ports.ask("unmap"));
            assertEquals("timeout", internet.ask(DIAL));
        }
    }

    @Test
    void keep_routerGetsAnotherAddress_toldAndClosedAtTheEnd() throws Exception {
        try (NatLab lab = NatLab.between(Router.UPNP, Router.CONE);
                Probe listener = new Probe(lab, Room.LEFT, SocketProbe.class);
                Probe ports = new Probe(lab, Room.LEFT, PortProbe.class);
                Probe internet = new Probe(lab, Room.NET, SocketProbe.class)) {
            assertEquals("ok", listener.ask("listen 5001"));
            assertEquals(OPEN, ports.ask("keep 5001"));
            assertEquals("ok", internet.ask(DIAL));
            lab.renumber();
            assertEquals("44.128.1.9 5001", ports.ask("recheck"));
            assertEquals("ok", internet.ask("dial 44.128.1.9 5001"));
            assertEquals("ok", ports.ask("close"));
            assertEquals("timeout", internet.ask("dial 44.128.1.9 5001"));
        }
    }

    @Test
    void map_routerOpensNoPorts_refused() throws Exception {
        try (NatLab lab = NatLab.between(Router.CONE, Router.CONE);
                Probe ports = new Probe(lab, Room.LEFT, PortProbe.class)) {
            String answer = ports.ask("map nat-pmp 5001");
            assertTrue(answer.startsWith("failed"), answer);
        }
    }
}
