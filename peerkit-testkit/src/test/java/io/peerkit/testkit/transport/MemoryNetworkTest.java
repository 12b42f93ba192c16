// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.TransportFactory;
import io.peerkit.api.transport.TransportMode;
import io.peerkit.testkit.sim.VirtualLoop;
import io.peerkit.testkit.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** The faults, one by one, on virtual time. */
class MemoryNetworkTest {
    private static final ProtocolId HELD = new ProtocolId("/test/held/1.0.0");
    private static final Duration LONG = Duration.ofMinutes(1);

    private final VirtualTime time = new VirtualTime(Instant.parse("2026-01-01T00:00:00Z"));
    private final MemoryNetwork network = MemoryNetwork.on(new VirtualLoop(time, 3));

    @Test
    void latency_roundTrips_takeTheirTime() {
        network.faults(Faults.distance(Duration.ofMillis(10), Duration.ZERO));
        ContractNode one = node(1);
        ContractNode other = node(2);

        await(connect(one, other));
        // Two ways to be answered, four frames of the handshake.
        assertThat(time.elapsed()).isEqualTo(Duration.ofMillis(60));
        await(one.transport().send(id(other), new byte[1]));
        assertThat(time.elapsed()).isEqualTo(Duration.ofMillis(80));
    }

    @Test
    void jitter_twoStreams_overtakeEachOtherButNeverThemselves() {
        network.faults(Faults.distance(Duration.ofMillis(1), Duration.ofMillis(50)));
        ContractNode one = node(1);
        ContractNode other = node(2);
        await(connect(one, other));
        List<String> arrivals = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int name = i;
            PeerStream here = await(one.transport().openStream(id(other), HELD));
            CompletableFuture<?> all = collect(await(other.nextHeld()), bytes -> arrivals.add(name + ":" + bytes[0]));
            for (int k = 0; k < 50; k++) {
                assertThat(here.write(new byte[] {(byte) k})).isNotNull();
            }
            assertThat(all).isNotDone();
        }
        time.advance(LONG);

        for (int i = 0; i < 2; i++) {
            String prefix = i + ":";
            List<String> ofOne =
                    arrivals.stream().filter(text -> text.startsWith(prefix)).toList();
            assertThat(ofOne).isNotEmpty().isSortedAccordingTo((a, b) -> Integer.compare(number(a), number(b)));
        }
    }

    private static int number(String arrival) {
        return Integer.parseInt(arrival.substring(2));
    }

    private static CompletableFuture<?> collect(PeerStream stream, java.util.function.Consumer<byte[]> taker) {
        return stream.read().thenCompose(bytes -> {
            bytes.ifPresent(taker);
            return bytes.isEmpty() ? CompletableFuture.completedFuture(null) : collect(stream, taker);
        });
    }

    @Test
    void messages_jitter_reordered() {
        network.faults(Faults.distance(Duration.ofMillis(1), Duration.ofMillis(50)));
        ContractNode one = node(1);
        ContractNode other = node(2);
        await(connect(one, other));
        for (byte i = 0; i < 50; i++) {
            assertThat(one.transport().send(id(other), new byte[] {i})).isNotDone();
        }
        time.advance(LONG);

        List<Integer> order = other.log().events().stream()
                .filter(event -> event.name().equals("message"))
                .map(event -> (int) event.message()[0])
                .toList();
        assertThat(order).hasSize(50).isNotEqualTo(order.stream().sorted().toList());
    }

    @Test
    void partition_connected_connectionsBreakAndDialsTimeOut() {
        ContractNode one = node(1);
        ContractNode other = node(2);
        ContractNode third = node(3);
        await(connect(one, other));
        await(connect(one, third));
        PeerStream here = await(one.transport().openStream(id(other), HELD));
        CompletableFuture<?> reading = here.read();

        network.partition(List.of(Set.of(id(other))));
        time.advance(Duration.ofSeconds(1));

        assertThat(one.transport().connectedNodes()).containsExactly(id(third));
        assertThat(other.transport().connectedNodes()).isEmpty();
        assertThat(reading).isCompletedExceptionally();
        assertThatThrownBy(() -> await(connect(one, other)))
                .hasCauseInstanceOf(PeerUnreachableException.class)
                .hasMessageContaining("no answer");
        network.heal();
        await(connect(one, other));
        assertThat(one.transport().connectedNodes()).containsExactly(id(third), id(other));
    }

    @Test
    void partition_frameUnderWay_lost() {
        network.faults(Faults.distance(Duration.ofMillis(10), Duration.ZERO));
        ContractNode one = node(1);
        ContractNode other = node(2);
        await(connect(one, other));
        CompletableFuture<Void> sent = one.transport().send(id(other), new byte[1]);
        time.advance(Duration.ofMillis(5));
        network.partition(List.of(Set.of(id(other))));
        time.advance(LONG);

        assertThat(sent).isCompletedExceptionally();
        assertThat(other.log().count("message")).isZero();
    }

    @Test
    void crash_connected_peersSeeItGoAndItCanReturn() {
        ContractNode one = node(1);
        ContractNode other = new ContractNode(2, ContractNode.KEY);
        TransportFactory place = network.place();
        other.started(await(place.start(other.context(TransportMode.NODE))));
        await(connect(one, other));
        var addresses = other.transport().listenAddresses();

        network.crash(id(other));
        time.advance(Duration.ofSeconds(1));
        assertThat(one.log().count("gone")).isEqualTo(1);
        assertThatThrownBy(() -> await(one.transport().connect(addresses)))
                .hasCauseInstanceOf(PeerUnreachableException.class);

        ContractNode again = new ContractNode(2, ContractNode.KEY);
        again.started(await(place.start(again.context(TransportMode.NODE))));
        assertThat(await(one.transport().connect(addresses))).isEqualTo(id(again));
    }

    @Test
    void start_placeIsTaken_unreachable() {
        TransportFactory place = network.place();
        await(place.start(new ContractNode(1, ContractNode.KEY).context(TransportMode.NODE)));
        assertThatThrownBy(() -> await(place.start(new ContractNode(2, ContractNode.KEY).context(TransportMode.NODE))))
                .hasCauseInstanceOf(PeerUnreachableException.class);
    }

    @Test
    void loss_manyMessages_lostOnesFailAndNoneIsTakenTwice() {
        ContractNode one = node(1);
        ContractNode other = node(2);
        await(connect(one, other));
        network.faults(Faults.none().withLoss(0, 0, 0.5));
        List<CompletableFuture<Void>> sent = sendAll(one, other, 200);

        long taken = sent.stream()
                .filter(future -> !future.isCompletedExceptionally())
                .count();
        assertThat(sent).allMatch(CompletableFuture::isDone);
        assertThat(taken).isBetween(60L, 140L);
        // Half of the losses are lost receipts: those messages arrived.
        assertThat(other.log().count("message")).isGreaterThan(taken).isLessThan(200);
    }

    @Test
    void duplicates_manyMessages_someArriveTwice() {
        ContractNode one = node(1);
        ContractNode other = node(2);
        await(connect(one, other));
        network.faults(Faults.none().withDuplicates(0.5));
        List<CompletableFuture<Void>> sent = sendAll(one, other, 100);

        assertThat(sent).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
        assertThat(other.log().count("message")).isBetween(120L, 180L);
    }

    @Test
    void breakage_always_connectionBreaksAtTheFirstFrame() {
        ContractNode one = node(1);
        ContractNode other = node(2);
        await(connect(one, other));
        network.faults(Faults.none().withLoss(0, 1, 0));

        assertThatThrownBy(() -> await(one.transport().send(id(other), new byte[1])))
                .hasCauseInstanceOf(PeerUnreachableException.class);
        time.advance(LONG);
        assertThat(one.log().count("gone")).isEqualTo(1);
        assertThat(other.log().count("gone")).isEqualTo(1);
    }

    @Test
    void dialFailure_always_noAnswer() {
        ContractNode one = node(1);
        ContractNode other = node(2);
        network.faults(Faults.none().withLoss(1, 0, 0));
        assertThatThrownBy(() -> await(connect(one, other))).hasMessageContaining("no answer");
        assertThat(time.elapsed()).isEqualTo(MemoryNetwork.DIAL_TIMEOUT);
    }

    @Test
    void spikes_always_addTheirLength() {
        ContractNode one = node(1);
        ContractNode other = node(2);
        await(connect(one, other));
        network.faults(Faults.none().withSpikes(1, Duration.ofSeconds(3)));
        await(one.transport().send(id(other), new byte[1]));
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void faults_probabilityOutsideZeroToOne_refused() {
        assertThat(Faults.none().withDuplicates(1).duplicate()).isEqualTo(1);
        assertThatThrownBy(() -> Faults.none().withDuplicates(1.001)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Faults.none().withDuplicates(-0.001)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Faults.none().withDuplicates(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    private List<CompletableFuture<Void>> sendAll(ContractNode from, ContractNode to, int count) {
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(from.transport().send(id(to), new byte[] {1}));
        }
        time.advance(LONG);
        return sent;
    }

    private ContractNode node(int seed) {
        ContractNode node = new ContractNode(seed, ContractNode.KEY);
        node.started(await(network.place().start(node.context(TransportMode.NODE))));
        node.transport().handleStreams(HELD, node::hold);
        return node;
    }

    private static NodeId id(ContractNode node) {
        return node.transport().nodeId();
    }

    private static CompletableFuture<NodeId> connect(ContractNode from, ContractNode to) {
        return from.transport().connect(to.transport().listenAddresses());
    }

    private <T> T await(CompletableFuture<T> future) throws CompletionException {
        assertThat(time.advanceUntil(future::isDone, LONG)).isTrue();
        return future.join();
    }
}
