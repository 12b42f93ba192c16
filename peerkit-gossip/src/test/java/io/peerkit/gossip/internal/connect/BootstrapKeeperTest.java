// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BootstrapKeeperTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_750_000_000);
    private static final NodeAddress A = new NodeAddress("/a");
    private static final NodeAddress B = new NodeAddress("/b");
    private static final NodeId NODE = new NodeId("node");

    private static final NodeId OTHER = new NodeId("other");
    private final SplittableRandom random = new SplittableRandom(1);
    private final BootstrapKeeper keeper = new BootstrapKeeper(List.of(A), List.of(B));

    @Test
    void plan_atStart_dialsAllOnce() {
        assertThat(keeper.plan(true, NOW))
                .isEqualTo(new BootstrapKeeper.Plan(List.of(A, B), java.util.Optional.empty()));
        assertThat(keeper.plan(true, NOW).dials()).isEmpty();
    }

    @Test
    void failed_retry_dialedAgainWhenDue() {
        keeper.plan(true, NOW);
        keeper.failed(A, true, NOW, random);
        Instant due = keeper.plan(true, NOW).wakeAt().orElseThrow();
        assertThat(due).isBetween(NOW.plusSeconds(1), NOW.plusSeconds(2));
        assertThat(keeper.plan(true, due.minusMillis(1)).dials()).isEmpty();
        assertThat(keeper.plan(true, due).dials()).containsExactly(A);
    }

    @Test
    void plan_clockSteppedBack_noWaitGetsLonger() {
        keeper.plan(true, NOW);
        keeper.failed(A, true, NOW, random);
        Instant then = NOW.minusSeconds(1_000_000);
        keeper.plan(true, then);
        assertThat(keeper.plan(true, then.plusSeconds(60)).dials()).containsExactly(A);
    }

    @Test
    void failed_denied_givenUp() {
        keeper.plan(true, NOW);
        keeper.failed(A, false, NOW, random);
        assertThat(keeper.plan(true, NOW).wakeAt()).isEmpty();
        assertThat(keeper.plan(true, NOW.plusSeconds(1_000)).dials()).isEmpty();
    }

    @Test
    void gone_connectedNode_dialedAgain() {
        keeper.plan(true, NOW);
        keeper.connected(A, NODE, true, NOW, random);
        keeper.gone(new NodeId("other"), NOW, random);
        assertThat(keeper.plan(true, NOW).wakeAt()).isEmpty();
        keeper.gone(NODE, NOW, random);
        Instant due = keeper.plan(true, NOW).wakeAt().orElseThrow();
        assertThat(keeper.plan(true, due).dials()).containsExactly(A);
    }

    @Test
    void connected_goneAlready_dialedAgain() {
        keeper.plan(true, NOW);
        keeper.connected(A, NODE, false, NOW, random);
        assertThat(keeper.plan(true, NOW).wakeAt()).isPresent();
    }

    @Test
    void plan_bootstrapNotNeeded_relayOnly() {
        assertThat(keeper.plan(true, NOW).dials()).containsExactly(A, B);
        keeper.connected(A, NODE, true, NOW, random);
        keeper.connected(B, OTHER, true, NOW, random);
        keeper.gone(NODE, NOW, random);
        keeper.gone(OTHER, NOW, random);
        assertThat(keeper.plan(false, NOW.plus(Backoff.SPREAD)).dials()).containsExactly(A);
        assertThat(keeper.plan(false, NOW.plus(BootstrapKeeper.VISIT_AFTER).minusSeconds(1))
                        .dials())
                .isEmpty();
    }

    @Test
    void plan_bootstrapNeededAgain_dialedWithinALook() {
        keeper.plan(true, NOW);
        keeper.connected(B, OTHER, true, NOW, random);
        keeper.gone(OTHER, NOW, random);
        Instant then = NOW.plusSeconds(60);
        keeper.plan(false, then);
        assertThat(keeper.plan(true, then.plus(BootstrapKeeper.LOOK)).dials()).contains(B);
    }

    @Test
    void retryNow_longBackoff_dialedWithinASecond() {
        keeper.plan(true, NOW);
        for (int i = 0; i < 10; i++) {
            keeper.failed(A, true, NOW, random);
        }
        keeper.retryNow(NOW, random);
        assertThat(keeper.plan(true, NOW.plus(Backoff.SOON)).dials()).contains(A);
        keeper.failed(A, true, NOW, random);
        assertThat(keeper.plan(true, NOW).wakeAt().orElseThrow()).isBefore(NOW.plusSeconds(3));
    }

    @Test
    void plan_bootstrapNotNeededForLong_visited() {
        keeper.plan(true, NOW);
        keeper.connected(B, OTHER, true, NOW, random);
        keeper.gone(OTHER, NOW, random);
        assertThat(keeper.plan(false, NOW.plus(BootstrapKeeper.VISIT_BEFORE)).dials())
                .contains(B);
    }

    /** A relay that is away for 5 s, then takes 300 handshakes a second with 128 at most under way, and turns the rest away. */
    @Test
    void gone_relayOfAThousandClientsRestarts_allComeBackWithoutAStampede() {
        int clients = 1_000;
        List<BootstrapKeeper> keepers = Stream.generate(() -> new BootstrapKeeper(List.of(A), List.of()))
                .limit(clients)
                .toList();
        for (BootstrapKeeper each : keepers) {
            each.plan(true, NOW);
            each.connected(A, NODE, true, NOW, random);
            each.gone(NODE, NOW, random);
        }
        int connected = 0;
        int dials = 0;
        int worstSecond = 0;
        int thisSecond = 0;
        int millis = 0;
        ArrayDeque<BootstrapKeeper> pending = new ArrayDeque<>();
        for (; connected < clients && millis < 120_000; millis += 10) {
            Instant now = NOW.plusMillis(millis);
            boolean up = millis >= 5_000;
            for (BootstrapKeeper each : keepers) {
                if (each.plan(true, now).dials().isEmpty()) {
                    continue;
                }
                dials++;
                thisSecond += up ? 1 : 0;
                if (up && pending.size() < 128) {
                    pending.add(each);
                } else {
                    each.failed(A, true, now, random);
                }
            }
            for (int served = 0; served < 3 && !pending.isEmpty(); served++) {
                pending.remove().connected(A, NODE, true, now, random);
                connected++;
            }
            if (millis % 1_000 == 0) {
                worstSecond = Math.max(worstSecond, thisSecond);
                thisSecond = 0;
            }
        }
        assertThat(connected).isEqualTo(clients);
        assertThat(millis).isLessThan(30_000);
        assertThat(worstSecond).isLessThan(500);
        assertThat(dials).isLessThan(6 * clients);
    }
}
