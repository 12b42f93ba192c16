// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A thousand clients of one relay, their time moved by hand. */
class RelayRestartTest {
    private static final Instant CUT = Instant.ofEpochSecond(1_750_000_000);
    private static final NodeAddress ADDRESS = new NodeAddress("/relay");
    private static final NodeId RELAY = new NodeId("relay");
    private static final int CLIENTS = 1_000;
    private static final int STEP_MILLIS = 10;

    /** What the relay lets in within a second; more are refused. */
    private static final int ROOM_PER_SECOND = 150;

    private static final class Client {
        private final SplittableRandom random;
        private final BootstrapKeeper keeper = new BootstrapKeeper(List.of(ADDRESS), List.of());
        private boolean connected = true;

        Client(int number) {
            random = new SplittableRandom(number);
            keeper.plan(true, CUT);
            keeper.connected(ADDRESS, RELAY, true, CUT, random);
            keeper.gone(RELAY, CUT, random);
            connected = false;
        }
    }

    private final List<Client> clients = new ArrayList<>();
    private final TreeMap<Long, Integer> dialsBySecond = new TreeMap<>();
    private final TreeMap<Long, Integer> letInBySecond = new TreeMap<>();

    RelayRestartTest() {
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new Client(i));
        }
    }

    /** Runs until all are back and gives the second in which that was. */
    private long run(long downSeconds) {
        for (long millis = 0; millis < 600_000; millis += STEP_MILLIS) {
            Instant now = CUT.plusMillis(millis);
            long second = millis / 1_000;
            for (Client client : clients) {
                if (!client.connected && !client.keeper.plan(true, now).dials().isEmpty()) {
                    dialsBySecond.merge(second, 1, Integer::sum);
                    dialed(client, second >= downSeconds, second, now);
                }
            }
            if (clients.stream().allMatch(client -> client.connected)) {
                return second;
            }
        }
        throw new AssertionError("not all came back: " + dialsBySecond);
    }

    private void dialed(Client client, boolean up, long second, Instant now) {
        if (up && letInBySecond.getOrDefault(second, 0) < ROOM_PER_SECOND) {
            letInBySecond.merge(second, 1, Integer::sum);
            client.keeper.connected(ADDRESS, RELAY, true, now, client.random);
            client.connected = true;
        } else {
            client.keeper.failed(ADDRESS, true, now, client.random);
        }
    }

    @Test
    void gone_relayBackAtOnce_redialsSpread() {
        long last = run(0);
        assertThat(dialsBySecond.values())
                .as("dials in each second: %s", dialsBySecond)
                .allMatch(dials -> dials <= 200);
        assertThat(last).isLessThanOrEqualTo(15);
    }

    @Test
    void gone_relayDownForAMinute_redialsSpread() {
        long last = run(60);
        assertThat(dialsBySecond.tailMap(60L).values())
                .as("dials in each second: %s", dialsBySecond)
                .allMatch(dials -> dials <= 100);
        assertThat(dialsBySecond.values())
                .as("dials in each second: %s", dialsBySecond)
                .allMatch(dials -> dials <= 250);
        assertThat(last).isLessThanOrEqualTo(130);
    }
}
