// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.internal.peer.JdkAgent;
import io.peerkit.gossip.internal.peer.Peer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AgentExchangeTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_750_000_000);
    private static final Duration LIFETIME = Duration.ofMinutes(15);

    /** Machines of a whole network, wired by their messages' bytes. */
    private static final class Network {
        private final Map<NodeId, Member> members = new LinkedHashMap<>();
        private final Deque<Runnable> underWay = new ArrayDeque<>();
        private int cardsSent;

        Member add(String name) {
            Member member = new Member(this, new NodeId(name));
            members.put(member.node, member);
            return member;
        }

        void link(Member one, Member other) {
            one.send(one.exchange.peerUp(other.asPeer(), NOW));
            other.send(other.exchange.peerUp(one.asPeer(), NOW));
            settle();
        }

        void settle() {
            while (!underWay.isEmpty()) {
                underWay.remove().run();
            }
        }
    }

    private static final class Member {
        private final Network network;
        private final NodeId node;
        private final JdkAgent agent = new JdkAgent();
        private final AgentDirectory directory = new AgentDirectory(agent.id(), Duration.ofSeconds(60));
        private int limit = AgentMessage.UNLIMITED;
        private final OwnCard own = new OwnCard(agent, LIFETIME);
        private final AgentExchange exchange =
                new AgentExchange(agent, directory, own, () -> limit, new SplittableRandom(1));

        Member(Network network, NodeId node) {
            this.network = network;
            this.node = node;
            own.renew(List.of(new NodeAddress("/test/" + node)), NOW);
        }

        Peer asPeer() {
            return new Peer(node, agent.id());
        }

        void send(List<AgentExchange.Mail> mail) {
            for (AgentExchange.Mail each : mail) {
                byte[] bytes = AgentMessageCodec.encode(each.message());
                assertThat(bytes.length).isLessThanOrEqualTo(Transport.MAX_MESSAGE_BYTES);
                if (each.message() instanceof AgentMessage.Cards cards) {
                    network.cardsSent += cards.cards().size();
                }
                Member to = Objects.requireNonNull(network.members.get(each.to()));
                network.underWay.add(() -> to.receive(node, bytes));
            }
        }

        void receive(NodeId from, byte[] bytes) {
            send(exchange.received(from, AgentMessageCodec.decode(bytes), NOW).mail());
        }
    }

    @Test
    void peersMeet_eachLearnsTheOther() {
        Network network = new Network();
        Member a = network.add("a");
        Member b = network.add("b");
        network.link(a, b);
        assertThat(a.directory.get(b.agent.id())).isPresent();
        assertThat(b.directory.get(a.agent.id())).isPresent();
        assertThat(network.cardsSent).isEqualTo(2);
    }

    @Test
    void peersMeetAgain_digestsOnly() {
        Network network = new Network();
        Member a = network.add("a");
        Member b = network.add("b");
        network.link(a, b);
        a.exchange.peerDown(b.asPeer());
        b.exchange.peerDown(a.asPeer());
        network.link(a, b);
        assertThat(network.cardsSent).isEqualTo(2);
    }

    @Test
    void newcomerAtOneEnd_everyoneLearnsAndNoStorm() {
        Network network = new Network();
        List<Member> ring = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ring.add(network.add("n" + i));
        }
        for (int i = 0; i < 8; i++) {
            network.link(ring.get(i), ring.get((i + 1) % 8));
        }
        int before = network.cardsSent;
        Member newcomer = network.add("new");
        network.link(newcomer, ring.get(0));
        for (Member member : ring) {
            assertThat(member.directory.get(newcomer.agent.id())).isPresent();
        }
        assertThat(newcomer.directory.all()).hasSize(8);
        // 8 cards to the newcomer; its own goes over each link of the ring twice at most, and back to nobody.
        assertThat(network.cardsSent - before).isLessThanOrEqualTo(8 + 1 + 16);
    }

    @Test
    void renewed_card_pushedToAllPeersAndPassedOn() {
        Network network = new Network();
        Member a = network.add("a");
        Member b = network.add("b");
        Member c = network.add("c");
        network.link(a, b);
        network.link(b, c);
        AgentInfo renewed = a.own.renew(List.of(new NodeAddress("/test/elsewhere")), NOW.plusSeconds(1))
                .orElseThrow();
        a.send(a.exchange.renewed(renewed));
        network.settle();
        assertThat(c.directory.get(a.agent.id()).orElseThrow().addresses())
                .containsExactly(new NodeAddress("/test/elsewhere"));
    }

    @Test
    void received_forgedCard_countedAndTheRestTaken() {
        Network network = new Network();
        Member a = network.add("a");
        a.exchange.peerUp(new Peer(new NodeId("x"), new JdkAgent().id()), NOW);
        AgentInfo good = new JdkAgent().issueInfo(List.of(), NOW, LIFETIME);
        byte[] forged =
                new JdkAgent().issueInfo(List.of(), NOW, LIFETIME).encoded().clone();
        forged[0] ^= 1;
        AgentMessage message = new AgentMessage.Cards(List.of(
                new AgentMessage.Card(new CardVersion(agent(7), NOW.toEpochMilli()), forged),
                new AgentMessage.Card(CardVersion.of(good), good.encoded())));
        AgentExchange.Result result = a.exchange.received(new NodeId("x"), message, NOW);
        assertThat(result.news()).containsExactly(good);
        assertThat(a.exchange.refused()).isEqualTo(1);
    }

    @Test
    void received_tooManyCards_notChecked() {
        Network network = new Network();
        Member a = network.add("a");
        NodeId flooder = new NodeId("x");
        a.exchange.peerUp(new Peer(flooder, new JdkAgent().id()), NOW);
        AgentMessage.Card junk = new AgentMessage.Card(new CardVersion(agent(7), 1), new byte[3]);
        AgentMessage full = new AgentMessage.Cards(java.util.Collections.nCopies(256, junk));
        for (int i = 0; i < 20; i++) {
            a.exchange.received(flooder, full, NOW);
        }
        assertThat(a.exchange.refused()).isEqualTo(AgentExchange.CARD_BURST);
        a.exchange.received(flooder, full, NOW.plusSeconds(1));
        assertThat(a.exchange.refused()).isEqualTo(AgentExchange.CARD_BURST + AgentExchange.CARDS_PER_SECOND);
        a.exchange.received(flooder, full, NOW.minusSeconds(3_600));
        assertThat(a.exchange.refused()).isEqualTo(AgentExchange.CARD_BURST + AgentExchange.CARDS_PER_SECOND);
    }

    @Test
    void received_digests_answeredSoOften() {
        Network network = new Network();
        Member a = network.add("a");
        NodeId asker = new NodeId("x");
        a.exchange.peerUp(new Peer(asker, new JdkAgent().id()), NOW);
        AgentMessage digest = new AgentMessage.Digest(new byte[0], AgentMessage.UNLIMITED);
        for (int i = 0; i < AgentExchange.MAX_DIGESTS; i++) {
            assertThat(a.exchange.received(asker, digest, NOW).mail()).hasSize(1);
        }
        assertThat(a.exchange.received(asker, digest, NOW).mail()).isEmpty();
    }

    @Test
    void answer_manyLargeCards_severalMessagesWithinTheBounds() {
        Network network = new Network();
        Member a = network.add("a");
        for (int i = 1; i <= 600; i++) {
            byte[] encoded = new byte[i % 2 == 0 ? AgentInfo.MAX_BYTES : 50];
            a.directory.learn(new AgentInfo(agent(i), List.of(), NOW, NOW.plus(LIFETIME), encoded), NOW);
        }
        NodeId asker = new NodeId("x");
        a.exchange.peerUp(new Peer(asker, agent(5)), NOW);
        List<AgentExchange.Mail> mail = a.exchange
                .received(asker, new AgentMessage.Digest(new byte[0], AgentMessage.UNLIMITED), NOW)
                .mail();
        int cards = 0;
        for (AgentExchange.Mail each : mail) {
            cards += ((AgentMessage.Cards) each.message()).cards().size();
            assertThat(((AgentMessage.Cards) each.message()).cards().size())
                    .isLessThanOrEqualTo(AgentMessageCodec.MAX_CARDS);
            assertThat(AgentMessageCodec.encode(each.message()).length)
                    .isLessThanOrEqualTo(Transport.MAX_MESSAGE_BYTES);
        }
        assertThat(cards).as("all and the own, but not the asker's").isEqualTo(600);
    }

    @Test
    void ownCard_dueAtTwoThirdsOrMoved_alwaysNewer() {
        JdkAgent agent = new JdkAgent();
        OwnCard card = new OwnCard(agent, LIFETIME);
        card.issuedBefore(agent.issueInfo(List.of(), NOW.plusSeconds(9), LIFETIME));
        AgentInfo first = card.renew(List.of(), NOW).orElseThrow();
        assertThat(first.issuedAt()).isEqualTo(NOW.plusSeconds(9).plusMillis(1));
        Instant due = first.issuedAt().plus(Duration.ofMinutes(10));
        assertThat(card.renew(List.of(), due.minusMillis(1))).isEmpty();
        AgentInfo second = card.renew(List.of(), due).orElseThrow();
        assertThat(card.renew(List.of(new NodeAddress("/x")), NOW).orElseThrow().issuedAt())
                .isEqualTo(second.issuedAt().plusMillis(1));
        List<NodeAddress> many = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            many.add(new NodeAddress("/" + i + "/" + "x".repeat(100)));
        }
        assertThat(card.renew(many, due).orElseThrow().addresses()).hasSize(AgentInfo.MAX_ADDRESSES);
    }

    private static AgentId agent(int number) {
        byte[] bytes = ByteBuffer.allocate(32).putInt(number).array();
        return AgentId.of(Arrays.copyOf(bytes, 32));
    }

    @Test
    void peersMeet_fewCardsWanted_ownAndRandomFewAndNoNewsOfOthers() {
        Network network = new Network();
        Member knowing = network.add("knowing");
        for (int i = 0; i < 10; i++) {
            network.link(knowing, network.add("n" + i));
        }
        Member modest = network.add("modest");
        modest.limit = 3;
        network.link(knowing, modest);
        assertThat(modest.directory.get(knowing.agent.id())).isPresent();
        assertThat(modest.directory.all()).hasSize(1 + 3);
        network.link(knowing, network.add("late"));
        assertThat(modest.directory.all()).hasSize(1 + 3);
        knowing.own.renew(List.of(new NodeAddress("/test/moved")), NOW.plusSeconds(1));
        knowing.send(knowing.exchange.renewed(knowing.own.current().orElseThrow()));
        network.settle();
        assertThat(modest.directory.get(knowing.agent.id()).orElseThrow().addresses())
                .containsExactly(new NodeAddress("/test/moved"));
    }

    @Test
    void limitChanged_allWantedAgain_theRestComes() {
        Network network = new Network();
        Member knowing = network.add("knowing");
        for (int i = 0; i < 10; i++) {
            network.link(knowing, network.add("n" + i));
        }
        Member modest = network.add("modest");
        modest.limit = 3;
        network.link(knowing, modest);
        modest.send(modest.exchange.limitChanged(NOW));
        network.settle();
        assertThat(modest.directory.all()).hasSize(1 + 3);
        modest.limit = AgentMessage.UNLIMITED;
        modest.send(modest.exchange.limitChanged(NOW));
        network.settle();
        assertThat(modest.directory.all()).hasSize(11);
    }

    @Test
    void tell_cardsOfOthers_knownAtTheReceiverWhenItHears() {
        Network network = new Network();
        Member teller = network.add("teller");
        Member listener = network.add("listener");
        Member other = network.add("other");
        network.link(teller, other);
        listener.limit = 0;
        network.link(teller, listener);
        assertThat(listener.directory.get(other.agent.id())).isEmpty();
        List<AgentId> about = List.of(teller.agent.id(), other.agent.id(), listener.agent.id());
        List<AgentExchange.Mail> mail = teller.exchange.tell(listener.node, new byte[] {7}, about, NOW);
        AgentExchange.Result result = listener.exchange.received(
                teller.node,
                AgentMessageCodec.decode(AgentMessageCodec.encode(mail.get(0).message())),
                NOW);
        assertThat(result.told()).hasValueSatisfying(told -> assertThat(told).containsExactly(7));
        assertThat(result.named()).extracting(AgentInfo::agentId).containsExactly(teller.agent.id(), other.agent.id());
        assertThat(result.news()).extracting(AgentInfo::agentId).containsExactly(other.agent.id());
    }

    @Test
    void received_toldWithForgedCard_messageHeardWithoutIt() {
        Network network = new Network();
        Member teller = network.add("teller");
        Member listener = network.add("listener");
        network.link(teller, listener);
        CardVersion version = new CardVersion(new JdkAgent().id(), NOW.toEpochMilli());
        AgentMessage forged =
                new AgentMessage.Told(new byte[1], List.of(new AgentMessage.Card(version, new byte[200])));
        AgentExchange.Result result = listener.exchange.received(teller.node, forged, NOW);
        assertThat(result.told()).isPresent();
        assertThat(result.named()).isEmpty();
        assertThat(listener.exchange.refused()).isEqualTo(1);
    }
}
