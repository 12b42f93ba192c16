// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NetworkId;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.mdns.MdnsMachine.Action;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MdnsMachineTest {
    private static final DnsName SERVICE = DnsName.of(ServiceName.PUBLIC);
    private static final PeerId SELF = peer(1);
    private static final PeerId OTHER = peer(2);
    private static final Link LAN = link("eth0", 2, false, "192.168.1.5");
    private static final Link LOOPBACK = link("lo", 1, true, "127.0.0.1");

    private long now = 1_000;
    private final MdnsMachine machine = new MdnsMachine(SELF, SERVICE, new Random(7), now);

    private static PeerId peer(int number) {
        byte[] key = new byte[PeerId.ED25519_KEY_BYTES];
        key[0] = (byte) number;
        key[1] = (byte) (number >> Byte.SIZE);
        return PeerId.ofEd25519(key);
    }

    private static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Link link(String name, int index, boolean loopback, String address) {
        return new Link(name, index, loopback, List.of(new Link.Prefix(ip(address), 24)));
    }

    private static List<Multiaddr> addresses(String... texts) {
        return List.of(texts).stream().map(Multiaddr::parse).toList();
    }

    private static DnsMessage answer(String instance, long ttl, String... strings) {
        DnsName name = SERVICE.child(instance);
        return new DnsMessage(
                true,
                List.of(),
                List.of(new DnsRecord.Ptr(SERVICE, ttl, name)),
                List.of(new DnsRecord.Txt(name, ttl, List.of(strings))));
    }

    private static DnsMessage answer(PeerId peer, String address) {
        return answer("x".repeat(32), 120, "dnsaddr=" + address + "/p2p/" + peer);
    }

    private List<Action> receive(String from, DnsMessage message) {
        return machine.received(ip(from), DnsCodec.encode(message), now);
    }

    private List<Action> pass(Duration time) {
        List<Action> all = new ArrayList<>();
        long end = now + time.toNanos();
        while (machine.next().isPresent() && machine.next().get() - end <= 0) {
            now = Math.max(now, machine.next().get());
            all.addAll(machine.tick(now));
        }
        now = end;
        return all;
    }

    private static List<DnsMessage> sent(List<Action> actions, boolean responses) {
        return actions.stream()
                .map(action -> DnsReader.decode(((Action.Send) action).message()))
                .filter(message -> message.response() == responses)
                .toList();
    }

    @Test
    void tick_firstMinutes_asksLessAndLess() {
        machine.links(List.of(LAN), addresses("/ip4/192.168.1.5/tcp/1"), now);
        assertThat(sent(pass(Duration.ofMillis(120)), false)).containsExactly(DnsMessage.query(SERVICE));
        int firstMinute = sent(pass(Duration.ofMinutes(1)), false).size();
        assertThat(firstMinute).isBetween(4, 7);
        pass(Duration.ofMinutes(2));
        assertThat(sent(pass(Duration.ofMinutes(10)), false)).hasSizeBetween(8, 13);
    }

    @Test
    void tick_ownQuestion_answeredToo() {
        machine.links(List.of(LAN), addresses("/ip4/192.168.1.5/tcp/1"), now);
        List<DnsMessage> answers = sent(pass(Duration.ofMillis(500)), true);
        assertThat(answers).hasSize(1);
        assertThat(Announcements.read(answers.get(0), SERVICE, LAN))
                .containsExactly(new Announcements.Announced(
                        SELF, addresses("/ip4/192.168.1.5/tcp/1/p2p/" + SELF), Announcements.TTL_SECONDS));
    }

    @Test
    void links_addressesOfOtherLinksAndPublicOnes_notAnnounced() {
        Link open = link("ppp0", 3, false, "198.51.100.7");
        List<Multiaddr> own = addresses(
                "/ip4/192.168.1.5/tcp/1", "/ip4/127.0.0.1/tcp/1", "/ip4/198.51.100.7/tcp/1", "/ip4/10.0.0.9/tcp/1");
        machine.links(List.of(LAN, open), own, now);
        List<Action> actions = pass(Duration.ofSeconds(5));
        assertThat(sent(actions, true))
                .isNotEmpty()
                .allSatisfy(answer -> assertThat(Announcements.read(answer, SERVICE, LAN))
                        .singleElement()
                        .satisfies(node -> assertThat(node.addresses())
                                .containsExactly(Multiaddr.parse("/ip4/192.168.1.5/tcp/1/p2p/" + SELF))));
    }

    @Test
    void received_manyQueries_oneAnswerASecond() {
        machine.links(List.of(LAN), addresses("/ip4/192.168.1.5/tcp/1"), now);
        pass(Duration.ofSeconds(10));
        int answers = 0;
        for (int i = 0; i < 300; i++) {
            receive("192.168.1.9", DnsMessage.query(SERVICE));
            answers += sent(pass(Duration.ofMillis(10)), true).size();
        }
        assertThat(answers).isBetween(2, 4);
    }

    @Test
    void received_othersAskEveryMinute_asksNoMoreItself() {
        machine.links(List.of(LAN), addresses("/ip4/192.168.1.5/tcp/1"), now);
        pass(Duration.ofMinutes(5));
        int questions = 0;
        for (int i = 0; i < 40; i++) {
            receive("192.168.1.9", DnsMessage.query(SERVICE));
            questions += sent(pass(Duration.ofSeconds(30)), false).size();
        }
        assertThat(questions).isZero();
    }

    @Test
    void received_queryThatKnowsUs_notAnswered() {
        machine.links(List.of(LAN), addresses("/ip4/192.168.1.5/tcp/1"), now);
        DnsRecord ours =
                sent(pass(Duration.ofMillis(500)), true).get(0).answers().get(0);
        pass(Duration.ofMinutes(5));
        long next = machine.next().orElseThrow();
        receive("192.168.1.9", new DnsMessage(false, List.of(SERVICE), List.of(ours), List.of()));
        assertThat(machine.next()).contains(next);
    }

    @Test
    void received_announcement_foundOnceAMinute() {
        machine.links(List.of(LAN), List.of(), now);
        DnsMessage answer = answer(OTHER, "/ip4/192.168.1.9/tcp/4001");
        Action found = new Action.Found(OTHER, addresses("/ip4/192.168.1.9/tcp/4001/p2p/" + OTHER));
        assertThat(receive("192.168.1.9", answer)).containsExactly(found);
        assertThat(receive("192.168.1.9", answer)).isEmpty();
        pass(Duration.ofSeconds(61));
        assertThat(receive("192.168.1.9", answer)).containsExactly(found);
    }

    @Test
    void received_txtAmongAnswers_found() {
        machine.links(List.of(LAN), List.of(), now);
        DnsMessage spec = answer(OTHER, "/ip4/192.168.1.9/tcp/4001");
        List<DnsRecord> all = new ArrayList<>(spec.answers());
        all.addAll(spec.additionals());
        assertThat(receive("192.168.1.9", new DnsMessage(true, List.of(), all, List.of())))
                .hasSize(1);
    }

    @Test
    void received_falseAddress_trueOneKept() {
        machine.links(List.of(LAN), List.of(), now);
        receive("192.168.1.9", answer(OTHER, "/ip4/192.168.1.9/tcp/4001"));
        assertThat(receive("192.168.1.66", answer(OTHER, "/ip4/192.168.1.66/tcp/1")))
                .containsExactly(new Action.Found(
                        OTHER,
                        addresses("/ip4/192.168.1.66/tcp/1/p2p/" + OTHER, "/ip4/192.168.1.9/tcp/4001/p2p/" + OTHER)));
    }

    @Test
    void received_ownOrPublicOrRoutedOrLoopback_ignored() {
        machine.links(List.of(LAN), List.of(), now);
        assertThat(receive("192.168.1.9", answer(SELF, "/ip4/192.168.1.9/tcp/1")))
                .isEmpty();
        assertThat(receive("192.168.1.9", answer(OTHER, "/ip4/198.51.100.7/tcp/1")))
                .isEmpty();
        assertThat(receive("192.168.1.9", answer(OTHER, "/dns4/example.org/tcp/1")))
                .isEmpty();
        assertThat(receive("192.168.1.9", answer(OTHER, "/ip4/127.0.0.1/tcp/1")))
                .isEmpty();
        assertThat(receive("10.9.9.9", answer(OTHER, "/ip4/192.168.1.9/tcp/1"))).isEmpty();
    }

    @Test
    void received_loopbackAddressOnLoopback_found() {
        machine.links(List.of(LOOPBACK), List.of(), now);
        assertThat(receive("127.0.0.1", answer(OTHER, "/ip4/127.0.0.1/tcp/1"))).hasSize(1);
    }

    @Test
    void received_otherService_ignored() {
        MdnsMachine fenced = new MdnsMachine(SELF, DnsName.of("_p2p-00ff._udp.local"), new Random(7), now);
        fenced.links(List.of(LAN), List.of(), now);
        byte[] answer = DnsCodec.encode(answer(OTHER, "/ip4/192.168.1.9/tcp/1"));
        assertThat(fenced.received(ip("192.168.1.9"), answer, now)).isEmpty();
    }

    @Test
    void received_floodOfPeers_boundedInTableAndRate() {
        machine.links(List.of(LAN), List.of(), now);
        long found = IntStream.range(0, 1_000)
                .mapToLong(i -> receive("192.168.1." + i % 10, answer(peer(i + 10), "/ip4/192.168.1.9/tcp/1"))
                        .size())
                .sum();
        assertThat(found).isEqualTo(FoundPeers.REPORT_BURST);
    }

    @Test
    void heard_oneSender_hasAShareOfTheTable() {
        FoundPeers table = new FoundPeers(now);
        for (int i = 0; i < 100; i++) {
            table.heard(
                    new Announcements.Announced(peer(i + 10), addresses("/ip4/192.168.1.9/tcp/1"), 120),
                    ip("192.168.1.9"),
                    now);
        }
        assertThat(table.size()).isEqualTo(FoundPeers.MAX_PEERS_PER_SENDER);
        long later = now + Duration.ofSeconds(121).toNanos();
        table.heard(
                new Announcements.Announced(peer(5), addresses("/ip4/192.168.1.9/tcp/1"), 120),
                ip("192.168.1.9"),
                later);
        assertThat(table.size()).isOne();
    }

    @Test
    void links_changedAddress_announcedAndAskedAnew() {
        machine.links(List.of(LAN), addresses("/ip4/192.168.1.5/tcp/1"), now);
        pass(Duration.ofMinutes(10));
        machine.links(List.of(LAN), addresses("/ip4/192.168.1.5/tcp/2"), now);
        List<Action> actions = pass(Duration.ofMillis(300));
        assertThat(sent(actions, false)).hasSize(1);
        assertThat(sent(actions, true)).isNotEmpty();
    }

    @Test
    void goodbye_announcedBefore_takenBack() {
        machine.links(List.of(LAN), addresses("/ip4/192.168.1.5/tcp/1"), now);
        DnsMessage last = sent(machine.goodbye(), true).get(0);
        assertThat(last.answers())
                .singleElement()
                .satisfies(record -> assertThat(record.ttlSeconds()).isZero());
        assertThat(Announcements.read(last, SERVICE, LAN)).isEmpty();
    }

    @Test
    void received_anything_nothingWorseThanNothing() {
        machine.links(List.of(LAN), addresses("/ip4/192.168.1.5/tcp/1"), now);
        List<byte[]> samples = List.of(
                DnsCodec.encode(DnsMessage.query(SERVICE)),
                DnsCodec.encode(answer(OTHER, "/ip4/192.168.1.9/tcp/4001")));
        Fuzz.run(20260102, samples, bytes -> {
            now += 10_000_000;
            machine.received(ip("192.168.1.9"), bytes, now);
            machine.tick(now);
        });
    }

    @Test
    void serviceName_network_hidesItAndFitsALabel() {
        NetworkId network = NetworkId.named("n");
        String name = ServiceName.of(Optional.of(network));
        assertThat(name).matches("_p2p-[0-9a-f]{32}\\._udp\\.local");
        assertThat(network.toString()).doesNotContain(name.substring(5, 13));
        assertThat(ServiceName.of(Optional.empty())).isEqualTo("_p2p._udp.local");
    }
}
