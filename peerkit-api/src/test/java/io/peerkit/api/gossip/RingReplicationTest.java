// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NetworkId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RingReplicationTest {
    private static final long SEED = 41;

    private final Random random = new Random(SEED);

    @Test
    void among_manyAgents_eachBucketHeldByAsManyAsReplicas() {
        List<AgentId> agents = agents(50);
        DistributionStrategy ring = DistributionStrategy.ring(3).among(Members.of(agents));

        for (int bucket = 0; bucket < RingReplication.BUCKETS; bucket++) {
            String scope = RingReplication.scope(bucket);
            assertThat(agents.stream().filter(agent -> ring.scopesOf(agent).contains(scope)))
                    .as("holders of bucket %s, seed %d", scope, SEED)
                    .hasSize(3);
        }
    }

    @Test
    void among_fewerAgentsThanReplicas_allHoldAll() {
        List<AgentId> agents = agents(2);
        DistributionStrategy ring = DistributionStrategy.ring(3).among(Members.of(agents));

        assertThat(ring.scopesOf(agents.get(0))).hasSize(RingReplication.BUCKETS);
        assertThat(ring.scopesOf(agents.get(1))).hasSize(RingReplication.BUCKETS);
        assertThat(ring.scopesOf(agents(1).get(0))).isEmpty();
    }

    @Test
    void scopesOf_noMembersKnown_everything() {
        assertThat(DistributionStrategy.ring(3).scopesOf(agents(1).get(0))).hasSize(RingReplication.BUCKETS);
    }

    @Test
    void scopesOf_pointsOfAnAgent_bucketsThatBeginInFrontOfThem() {
        AgentId near = agent(0x02000000, 0x02000001, 0x02000002, 0x02000003, 0xff000000, 0xff000001, 0xff000002, -1);
        AgentId far =
                agent(0x80000000, 0x80000001, 0x80000002, 0x80000003, 0x80000004, 0x80000005, 0x80000006, 0x80000007);
        DistributionStrategy ring = DistributionStrategy.ring(1).among(Members.of(List.of(near, far)));

        assertThat(ring.scopesOf(near))
                .contains("00", "01", "02", "81", "fe", "ff")
                .doesNotContain("03", "80");
        assertThat(ring.scopesOf(far)).contains("03", "7f", "80").doesNotContain("02", "81");
    }

    @Test
    void among_orderOfMembers_noMatter() {
        List<AgentId> agents = agents(20);
        DistributionStrategy one = DistributionStrategy.ring(3).among(Members.of(agents));
        Collections.shuffle(agents, random);
        DistributionStrategy other = DistributionStrategy.ring(3).among(Members.of(agents));

        assertThat(agents).allMatch(agent -> one.scopesOf(agent).equals(other.scopesOf(agent)));
    }

    @Test
    void among_oneLeaves_onlyItsBucketsGoToOthers() {
        List<AgentId> agents = agents(30);
        AgentId leaver = agents.get(7);
        DistributionStrategy before = DistributionStrategy.ring(3).among(Members.of(agents));
        Set<String> lost = before.scopesOf(leaver);
        agents.remove(leaver);
        DistributionStrategy after = DistributionStrategy.ring(3).among(Members.of(agents));

        int gained = 0;
        for (AgentId agent : agents) {
            Set<String> more = new HashSet<>(after.scopesOf(agent));
            assertThat(more).containsAll(before.scopesOf(agent));
            more.removeAll(before.scopesOf(agent));
            assertThat(lost).containsAll(more);
            gained += more.size();
        }
        assertThat(gained).isEqualTo(lost.size());
    }

    @Test
    void among_thirtyAgents_noShareOverThreeTimesTheMean() {
        for (int round = 0; round < 100; round++) {
            List<AgentId> agents = agents(30);
            DistributionStrategy ring = DistributionStrategy.ring(3).among(Members.of(agents));

            int most = agents.stream()
                    .mapToInt(agent -> ring.scopesOf(agent).size())
                    .max()
                    .orElseThrow();
            assertThat(most).as("seed %d, round %d", SEED, round).isLessThan(3 * 3 * RingReplication.BUCKETS / 30);
        }
    }

    @Test
    void locate_knownAgents_thoseWhoHoldTheBlobFirst() {
        List<AgentId> agents = agents(40);
        DistributionStrategy ring = DistributionStrategy.ring(3).among(Members.of(agents));

        for (int i = 0; i < 1_000; i++) {
            BlobHash hash = BlobHash.ofBlob(new byte[] {(byte) i, (byte) (i >> 8)});
            List<AgentId> located = ring.locate(hash, agents);
            assertThat(located).hasSameElementsAs(agents).doesNotHaveDuplicates();
            assertThat(located.subList(0, 3)).allMatch(agent -> ring.willStore(agent, header(hash)));
            assertThat(located.subList(3, 40)).noneMatch(agent -> ring.willStore(agent, header(hash)));
        }
    }

    @Test
    void locate_nobodyKnown_nobody() {
        assertThat(DistributionStrategy.ring(3).locate(BlobHash.ofBlob(new byte[0]), List.of()))
                .isEmpty();
    }

    @Test
    void ring_replicasOutOfBounds_refused() {
        assertThat(DistributionStrategy.ring(RingReplication.MAX_REPLICAS)).isNotNull();
        assertThatThrownBy(() -> DistributionStrategy.ring(0)).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> DistributionStrategy.ring(RingReplication.MAX_REPLICAS + 1))
                .isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> DistributionStrategy.ring(3, Duration.ofSeconds(-1)))
                .isInstanceOf(InvalidSettingException.class);
    }

    private List<AgentId> agents(int count) {
        List<AgentId> agents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] id = new byte[32];
            random.nextBytes(id);
            agents.add(AgentId.of(id));
        }
        return agents;
    }

    private static AgentId agent(int... points) {
        ByteBuffer id = ByteBuffer.allocate(32);
        for (int point : points) {
            id.putInt(point);
        }
        return AgentId.of(id.array());
    }

    private EntryHeader header(BlobHash hash) {
        return new EntryHeader(
                NetworkId.named("test"), agents(1).get(0), 1, 1, Optional.empty(), 0, hash, 0, List.of());
    }
}
