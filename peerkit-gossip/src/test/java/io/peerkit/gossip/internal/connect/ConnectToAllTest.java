// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.gossip.ConnectionStrategy.Action;
import io.peerkit.api.gossip.ConnectionStrategy.Dial;
import io.peerkit.api.gossip.ConnectionStrategy.WakeAt;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConnectToAllTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_750_000_000);
    private static final AgentId SELF = agent(1_000);
    private static final AgentId GREATER = agent(2_000);
    private static final AgentId SMALLER = agent(1);

    private final SplittableRandom random = new SplittableRandom(1);
    private final ConnectToAll strategy = new ConnectToAll();

    ConnectToAllTest() {
        strategy.started(SELF, NOW);
    }

    private static AgentId agent(int number) {
        return AgentId.of(ByteBuffer.allocate(32).putInt(number).array());
    }

    private static AgentInfo card(AgentId agent, String... addresses) {
        return new AgentInfo(
                agent,
                List.of(addresses).stream().map(NodeAddress::new).toList(),
                NOW,
                NOW.plusSeconds(900),
                new byte[1]);
    }

    private List<Action> known(AgentId agent) {
        return strategy.agentKnown(card(agent, "/x"), NOW, random);
    }

    @Test
    void agentKnown_greaterAgent_dialedAtOnceAndOnce() {
        assertThat(known(GREATER)).contains(new Dial(GREATER));
        assertThat(known(GREATER)).doesNotContain(new Dial(GREATER));
    }

    @Test
    void agentKnown_smallerAgent_dialedTwoSecondsLaterUnlessConnected() {
        assertThat(known(SMALLER)).containsExactly(new WakeAt(NOW.plusSeconds(2)));
        assertThat(strategy.woken(NOW.plusMillis(1_999), random)).doesNotContain(new Dial(SMALLER));
        assertThat(strategy.woken(NOW.plusSeconds(2), random)).contains(new Dial(SMALLER));
    }

    @Test
    void agentKnown_smallerAgentConnectsMeanwhile_notDialed() {
        known(SMALLER);
        strategy.connected(SMALLER, NOW.plusSeconds(1));
        assertThat(strategy.woken(NOW.plusSeconds(2), random)).isEmpty();
    }

    @Test
    void agentKnown_selfOrWithoutAddresses_notDialed() {
        assertThat(known(SELF)).isEmpty();
        assertThat(strategy.agentKnown(card(GREATER), NOW, random)).isEmpty();
    }

    @Test
    void dialFailed_retry_backsOffFromOneSecondToSixty() {
        known(GREATER);
        Instant now = NOW;
        for (int failures = 1; failures <= 12; failures++) {
            List<Action> actions = strategy.dialFailed(GREATER, true, now, random);
            Duration wait = Duration.between(now, ((WakeAt) actions.get(0)).time());
            long full = Math.min(60_000, 2_000L << Math.min(failures - 1, 5));
            assertThat(wait.toMillis()).isBetween(full / 2, full);
            now = now.plus(wait);
            assertThat(strategy.woken(now.minusMillis(1), random)).doesNotContain(new Dial(GREATER));
            assertThat(strategy.woken(now, random)).contains(new Dial(GREATER));
        }
    }

    @Test
    void dialFailed_denied_neverAgain() {
        known(GREATER);
        assertThat(strategy.dialFailed(GREATER, false, NOW, random)).isEmpty();
        assertThat(known(GREATER)).isEmpty();
        assertThat(strategy.woken(NOW.plusSeconds(10_000), random)).isEmpty();
    }

    @Test
    void agentKnown_newAddressesDuringBackoff_dialedAnew() {
        known(GREATER);
        strategy.dialFailed(GREATER, true, NOW, random);
        assertThat(strategy.agentKnown(card(GREATER, "/elsewhere"), NOW, random))
                .contains(new Dial(GREATER));
    }

    @Test
    void disconnected_knownAgent_dialedAgainAndForgottenIsNot() {
        known(GREATER);
        strategy.connected(GREATER, NOW);
        assertThat(strategy.disconnected(GREATER, NOW, random)).hasSize(1);
        assertThat(strategy.woken(NOW.plusSeconds(2), random)).contains(new Dial(GREATER));
        strategy.connected(GREATER, NOW);
        strategy.agentForgotten(GREATER);
        assertThat(strategy.disconnected(GREATER, NOW, random)).isEmpty();
        assertThat(strategy.woken(NOW.plusSeconds(100), random)).isEmpty();
    }

    @Test
    void dial_withoutOutcome_countsAsFailedAfterAMinute() {
        known(GREATER);
        assertThat(strategy.woken(NOW.plusSeconds(59), random)).doesNotContain(new Dial(GREATER));
        List<Action> actions = strategy.woken(NOW.plusSeconds(60), random);
        assertThat(strategy.woken(((WakeAt) actions.get(0)).time(), random)).contains(new Dial(GREATER));
    }

    @Test
    void dials_atATime_boundedAndContinued() {
        int dials = 0;
        for (int i = 0; i < ConnectToAll.MAX_DIALS + 5; i++) {
            dials += known(agent(2_000 + i)).contains(new Dial(agent(2_000 + i))) ? 1 : 0;
        }
        assertThat(dials).isEqualTo(ConnectToAll.MAX_DIALS);
        assertThat(strategy.dialFailed(GREATER, true, NOW, random))
                .contains(new Dial(agent(2_000 + ConnectToAll.MAX_DIALS)));
    }

    @Test
    void connected_othersWaitForADial_dialedAtOnce() {
        for (int i = 0; i < ConnectToAll.MAX_DIALS + 1; i++) {
            known(agent(2_000 + i));
        }
        assertThat(strategy.connected(GREATER, NOW)).containsExactly(new WakeAt(NOW));
        assertThat(strategy.woken(NOW, random)).contains(new Dial(agent(2_000 + ConnectToAll.MAX_DIALS)));
    }

    @Test
    void woken_clockSteppedBack_noWaitGetsLonger() {
        known(GREATER);
        strategy.dialFailed(GREATER, true, NOW, random);
        Instant then = NOW.minus(Duration.ofDays(365));
        strategy.woken(then, random);
        assertThat(strategy.woken(then.plusSeconds(62), random)).contains(new Dial(GREATER));
    }

    @Test
    void agentForgotten_whileItsDialHangs_placeIsGivenUp() {
        known(GREATER);
        strategy.agentForgotten(GREATER);
        strategy.woken(NOW.plusSeconds(60), random);
        for (int i = 1; i < ConnectToAll.MAX_AGENTS; i++) {
            strategy.agentKnown(card(agent(2_000 + i)), NOW, random);
        }
        assertThat(known(SMALLER)).isNotEmpty();
    }

    @Test
    void connections_bounded_andRoomIsUsed() {
        for (int i = 0; i < ConnectToAll.MAX_CONNECTIONS; i++) {
            known(agent(2_000 + i));
            strategy.connected(agent(2_000 + i), NOW);
        }
        AgentId last = agent(9_000);
        assertThat(known(last)).doesNotContain(new Dial(last));
        assertThat(strategy.disconnected(agent(2_000), NOW, random)).contains(new Dial(last));
    }

    @Test
    void agents_tooMany_notRemembered() {
        for (int i = 0; i < ConnectToAll.MAX_AGENTS; i++) {
            strategy.agentKnown(card(agent(2_000 + i)), NOW, random);
        }
        assertThat(known(SMALLER)).isEmpty();
    }

    @Test
    void networkChanged_longBackoff_dialedWithinASecond() {
        known(GREATER);
        for (int i = 0; i < 10; i++) {
            strategy.dialFailed(GREATER, true, NOW, random);
            strategy.woken(NOW.plusSeconds(60), random);
        }
        strategy.dialFailed(GREATER, true, NOW, random);
        strategy.networkChanged(NOW, random);
        assertThat(strategy.woken(NOW.plus(Backoff.SOON), random)).contains(new Dial(GREATER));
    }

    @Test
    void disconnected_manyKnown_redialsSpread() {
        for (int number = 3_000; number < 4_000; number++) {
            strategy.agentKnown(card(agent(number)), NOW, random);
        }
        known(GREATER);
        List<Instant> redials = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            strategy.connected(GREATER, NOW);
            strategy.disconnected(GREATER, NOW, random).stream()
                    .filter(WakeAt.class::isInstance)
                    .forEach(wake -> redials.add(((WakeAt) wake).time()));
        }
        assertThat(redials).hasSize(100).allMatch(time -> !time.isBefore(NOW.plusSeconds(1)));
        assertThat(redials.stream().filter(time -> time.isBefore(NOW.plusSeconds(3))))
                .hasSizeLessThan(40);
        assertThat(redials).allMatch(time -> time.isBefore(NOW.plusSeconds(13)));
    }
}
