// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.testkit.nat.InTheLab;
import io.peerkit.testkit.nat.NatLab;
import io.peerkit.testkit.nat.NatLab.Room;
import io.peerkit.testkit.nat.NatLab.Router;
import io.peerkit.testkit.nat.Probe;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes in two homes behind routers: 10,000 entries get across, whichever way there is. */
@Timeout(300)
class HomesIT extends InTheLab {
    private static final int ENTRIES = 10_000;
    private static final int BATCH = 500;

    @TempDir
    private Path folder;

    @Test
    void sync_betweenCones_goesOnWhileTheConnectionBecomesDirect() throws Exception {
        try (Homes homes = new Homes(Router.CONE)) {
            // All the while in which the relayed connection is found, superseded and closed.
            for (int i = 0; i < ENTRIES; i += BATCH) {
                assertThat(homes.left.ask("publish " + i + " " + (i + BATCH))).isEqualTo("ok");
                Thread.sleep(800); // the lab has real routers and a real clock
            }
            assertThat(homes.left.ask("direct true")).isEqualTo("ok");
            assertThat(homes.left.ask("paths")).startsWith("[UPGRADING").endsWith("DIRECT]");
            String fingerprint = homes.left.ask("entries " + ENTRIES);
            assertThat(homes.right.ask("entries " + ENTRIES))
                    .isEqualTo(fingerprint)
                    .doesNotContain("failed");
            assertThat(homes.relay.ask("figure relay.circuits.open")).isEqualTo("0");
        }
    }

    @Test
    void sync_behindASymmetricRouter_goesThroughTheRelay() throws Exception {
        try (Homes homes = new Homes(Router.SYMMETRIC)) {
            assertThat(homes.left.ask("publish 0 " + ENTRIES)).isEqualTo("ok");
            String fingerprint = homes.left.ask("entries " + ENTRIES);
            assertThat(homes.right.ask("entries " + ENTRIES))
                    .isEqualTo(fingerprint)
                    .doesNotContain("failed");
            assertThat(homes.right.ask("direct false")).isEqualTo("ok");
            // Two when both dialed at the same time.
            assertThat(homes.relay.ask("figure relay.circuits.open")).isIn("1", "2");
        }
    }

    private final class Homes implements AutoCloseable {
        private final NatLab lab;
        private final Probe relay;
        private final Probe left;
        private final Probe right;

        Homes(Router rightRouter) throws Exception {
            lab = NatLab.between(Router.CONE, rightRouter);
            relay = new Probe(lab, Room.NET, HomeNode.class);
            left = new Probe(lab, Room.LEFT, HomeNode.class);
            right = new Probe(lab, Room.RIGHT, HomeNode.class);
            String address = relay.ask("relay " + folder + " /ip4/" + NatLab.INTERNET + "/tcp/4001");
            assertThat(left.ask("node " + folder + " 5001 " + address)).doesNotContain("failed");
            assertThat(right.ask("node " + folder + " 5002 " + address)).doesNotContain("failed");
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
