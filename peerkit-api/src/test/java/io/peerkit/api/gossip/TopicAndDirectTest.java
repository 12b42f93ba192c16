// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.Audience;
import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NetworkId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TopicAndDirectTest {
    private static final AgentId ANN = agent(1);
    private static final AgentId BOB = agent(2);
    private static final AgentId CAT = agent(3);

    @Test
    void topics_wishesOfMembers_decideWhoStores() {
        DistributionStrategy own = DistributionStrategy.topics(List.of("bread", "tea"));
        assertThat(own.wishes()).contains(Set.of("#bread", "#tea"));
        Members members = new Members(
                new TreeSet<>(List.of(ANN, BOB)),
                new TreeMap<>(Map.of(ANN, Set.of("#bread", "#tea"), BOB, Set.of("#tea"))));

        DistributionStrategy topics = own.among(members);

        assertThat(topics.willStore(ANN, about("bread"))).isTrue();
        assertThat(topics.willStore(BOB, about("bread"))).isFalse();
        assertThat(topics.willStore(BOB, about("tea"))).isTrue();
        assertThat(topics.willStore(CAT, about("tea"))).isFalse();
        assertThat(topics.willStore(CAT, to(List.of()))).isTrue();
        assertThat(topics.locate(BlobHash.ofBlob(new byte[0]), List.of(ANN))).isEmpty();
    }

    @Test
    void topics_outOfBounds_refused() {
        assertThatThrownBy(() -> DistributionStrategy.topics(List.of(""))).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> DistributionStrategy.topics(List.of("x".repeat(129))))
                .isInstanceOf(InvalidSettingException.class);
        List<String> most = new ArrayList<>();
        for (int i = 0; i < DistributionStrategy.MAX_SCOPES; i++) {
            most.add("topic " + i);
        }
        assertThat(DistributionStrategy.topics(most).wishes().orElseThrow()).hasSize(DistributionStrategy.MAX_SCOPES);
        most.add("one more");
        assertThatThrownBy(() -> DistributionStrategy.topics(most)).isInstanceOf(InvalidSettingException.class);
    }

    @Test
    void direct_recipients_theyAndTheAuthorStore() {
        DistributionStrategy direct = DistributionStrategy.direct(List.of());

        assertThat(direct.willStore(BOB, to(List.of(BOB)))).isTrue();
        assertThat(direct.willStore(ANN, to(List.of(BOB)))).isTrue();
        assertThat(direct.willStore(CAT, to(List.of(BOB)))).isFalse();
        assertThat(direct.scopesOf(to(List.of(BOB, CAT))))
                .containsExactlyInAnyOrderElementsOf(List.of("@" + BOB, "@" + CAT));
        assertThat(direct.scopesOf(BOB)).containsExactly("@" + BOB);
    }

    @Test
    void direct_addressedToNobody_theNetworksAgentsStore() {
        assertThat(DistributionStrategy.direct(List.of(CAT)).willStore(CAT, to(List.of())))
                .isTrue();
        assertThat(DistributionStrategy.direct(List.of(CAT)).willStore(BOB, to(List.of())))
                .isFalse();
        assertThat(DistributionStrategy.direct(List.of()).willStore(CAT, to(List.of())))
                .isFalse();
    }

    @Test
    void audience_outOfBounds_refused() {
        assertThat(Audience.topic("x".repeat(128)).topic()).isPresent();
        assertThatThrownBy(() -> Audience.topic("x".repeat(129))).isInstanceOf(LimitExceededException.class);
        assertThatThrownBy(() -> Audience.topic("")).isInstanceOf(LimitExceededException.class);
        List<AgentId> most = new ArrayList<>();
        for (int i = 0; i < EntryHeader.MAX_RECIPIENTS; i++) {
            most.add(agent(i));
        }
        assertThat(Audience.of(most).recipients()).hasSize(EntryHeader.MAX_RECIPIENTS);
        assertThat(Audience.of(Collections.nCopies(50, ANN)).recipients()).containsExactly(ANN);
        most.add(agent(99));
        assertThatThrownBy(() -> Audience.of(most)).isInstanceOf(LimitExceededException.class);
    }

    private static AgentId agent(int number) {
        byte[] id = new byte[32];
        id[31] = (byte) number;
        return AgentId.of(id);
    }

    private static EntryHeader about(String topic) {
        return header(Optional.of(topic), List.of());
    }

    private static EntryHeader to(List<AgentId> recipients) {
        return header(Optional.empty(), recipients);
    }

    private static EntryHeader header(Optional<String> topic, List<AgentId> recipients) {
        return new EntryHeader(
                NetworkId.named("test"),
                ANN,
                1,
                1,
                topic,
                0,
                BlobHash.ofBlob(new byte[0]),
                0,
                List.of(),
                Optional.empty(),
                recipients);
    }
}
