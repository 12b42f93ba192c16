// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.gossip.internal.agents.AgentDirectory.Verdict;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentDirectoryTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_750_000_000);
    private static final Duration DRIFT = Duration.ofSeconds(60);
    private static final Duration LIFETIME = Duration.ofMinutes(15);

    private final AgentDirectory directory = new AgentDirectory(agent(0), DRIFT);

    private static AgentId agent(int number) {
        return AgentId.of(ByteBuffer.allocate(32).putInt(number).array());
    }

    private static AgentInfo card(int agent, Instant issuedAt, Duration lifetime) {
        return new AgentInfo(agent(agent), List.of(), issuedAt, issuedAt.plus(lifetime), new byte[1]);
    }

    @Test
    void learn_newer_replacesAndNeverTheReverse() {
        AgentInfo first = card(1, NOW, LIFETIME);
        AgentInfo second = card(1, NOW.plusMillis(1), LIFETIME);
        assertThat(directory.learn(first, NOW)).isEqualTo(Verdict.NEWS);
        assertThat(directory.learn(second, NOW)).isEqualTo(Verdict.NEWS);
        assertThat(directory.learn(first, NOW)).isEqualTo(Verdict.OLD);
        assertThat(directory.learn(second, NOW)).isEqualTo(Verdict.OLD);
        assertThat(directory.get(agent(1))).contains(second);
    }

    @Test
    void learn_fromTheFuture_refusedBehindTheDriftBound() {
        assertThat(directory.learn(card(1, NOW.plus(DRIFT), LIFETIME), NOW)).isEqualTo(Verdict.NEWS);
        assertThat(directory.learn(card(2, NOW.plus(DRIFT).plusMillis(1), LIFETIME), NOW))
                .isEqualTo(Verdict.REFUSED);
    }

    @Test
    void learn_lifetime_bounded() {
        assertThat(directory.learn(card(1, NOW, AgentDirectory.MAX_LIFETIME), NOW))
                .isEqualTo(Verdict.NEWS);
        assertThat(directory.learn(card(2, NOW, AgentDirectory.MAX_LIFETIME.plusMillis(1)), NOW))
                .isEqualTo(Verdict.REFUSED);
    }

    @Test
    void learn_expiredOrOwn_notTaken() {
        assertThat(directory.learn(card(1, NOW.minus(LIFETIME), LIFETIME), NOW)).isEqualTo(Verdict.EXPIRED);
        assertThat(directory.learn(card(0, NOW, LIFETIME), NOW)).isEqualTo(Verdict.OWN);
        assertThat(directory.all()).isEmpty();
    }

    @Test
    void learn_full_newcomersRefusedAndKnownRenewed() {
        for (int i = 1; i <= AgentDirectory.MAX_AGENTS; i++) {
            assertThat(directory.learn(card(i, NOW, LIFETIME), NOW)).isEqualTo(Verdict.NEWS);
        }
        assertThat(directory.learn(card(-1, NOW, LIFETIME), NOW)).isEqualTo(Verdict.FULL);
        assertThat(directory.learn(card(1, NOW.plusSeconds(1), LIFETIME), NOW)).isEqualTo(Verdict.NEWS);
    }

    @Test
    void expire_voidCards_dropped() {
        directory.learn(card(1, NOW, LIFETIME), NOW);
        directory.learn(card(2, NOW.plusSeconds(30), LIFETIME), NOW);
        assertThat(directory.expire(NOW.plus(LIFETIME).minusMillis(1))).isEmpty();
        assertThat(directory.expire(NOW.plus(LIFETIME))).containsExactly(agent(1));
        assertThat(directory.isNews(new CardVersion(agent(1), 0))).isTrue();
        assertThat(directory.isNews(new CardVersion(agent(2), NOW.toEpochMilli())))
                .isFalse();
    }
}
