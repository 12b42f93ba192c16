// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.peerkit.testkit.nat.InTheLab;
import io.peerkit.testkit.nat.NatLab;
import io.peerkit.testkit.nat.NatLab.Room;
import io.peerkit.testkit.nat.NatLab.Router;
import io.peerkit.testkit.nat.Probe;
import org.junit.jupiter.api.Test;

/** A node whose router opens its port is dialed from another home without any relay. */
class MappedNodeIT extends InTheLab {
    @Test
    void portMapping_routerOpensPorts_dialedDirectlyUntilTheNodeEnds() throws Exception {
        try (NatLab lab = NatLab.between(Router.UPNP, Router.SYMMETRIC);
                Probe left = new Probe(lab, Room.LEFT, NodeProbe.class);
                Probe right = new Probe(lab, Room.RIGHT, NodeProbe.class)) {
            String name = left.ask("mapped /ip4/0.0.0.0/tcp/5001");
            right.ask("node /ip4/0.0.0.0/tcp/5002");
            assertEquals("ok", left.ask("await addresses 3"));
            String outside = "/ip4/" + NatLab.LEFT_ROUTER + "/tcp/5001/p2p/" + name;
            String told = left.ask("addresses");
            assertTrue(told.contains(outside), told);
            assertEquals("ok", right.ask("connect " + outside));
            assertEquals("DIRECT", right.ask("path " + name));
            assertEquals("1000000", right.ask("echo " + name + " 1000000"));

            assertEquals("ok", left.ask("close"));
            assertEquals("ok", right.ask("await gone"));
            String late = right.ask("connect " + outside);
            // On a slow machine closing does not wait until the router has answered; that goes on for a moment.
            for (int i = 0; i < 200 && late.contains("refused"); i++) {
                Thread.sleep(50); // the lab has real routers and a real clock
                late = right.ask("connect " + outside);
            }
            assertTrue(late.contains("did not answer"), late);
        }
    }
}
