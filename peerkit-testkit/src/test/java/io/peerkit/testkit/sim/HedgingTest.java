// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeListener;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.testkit.transport.Faults;
import java.io.ByteArrayInputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A node among good peers, one that says nothing any more though its connection stands, and one whose line is very slow: the two must
 * not cost more time than it takes to find out.
 */
class HedgingTest {
    /** What is asked of one peer is asked of another after this time. */
    private static final Duration HEDGE = Duration.ofSeconds(2);

    /** How much later the retry may be looked at than it is due. */
    private static final Duration TICK = Duration.ofSeconds(1);

    private static final int SLOW_BYTES_PER_SECOND = 2_000;
    private static final int FAST_BYTES_PER_SECOND = 2_000_000;

    private static final GossipSettings.Timing NO_ROUNDS = new GossipSettings.Timing(
            Duration.ofDays(1), Duration.ofSeconds(60), Duration.ofMinutes(15), Duration.ofSeconds(30));

    private Simulation simulation = new Simulation(Simulation.seed(1));
    private boolean silent;

    private NodePlan member() {
        return NodePlan.member().timing(NO_ROUNDS).connections(ConnectionStrategies::none);
    }

    /** The peers of a run: the first author, another good one, and the bad ones where they take part. */
    private List<SimulatedNode> peers(boolean bad) {
        simulation = new Simulation(Simulation.seed(1));
        silent = false;
        simulation.network().faults(Faults.distance(Duration.ofMillis(10), Duration.ofMillis(5)));
        List<SimulatedNode> peers = new ArrayList<>();
        peers.add(simulation.add(member()));
        List<NodeAddress> author = peers.get(0).addresses();
        if (bad) {
            // First, so that they are asked first.
            peers.add(simulation.add(member().bootstrap(author).transport(honest -> muted(Transport.class, honest))));
            peers.add(simulation.add(member().bootstrap(author)));
        }
        peers.add(simulation.add(member().bootstrap(author)));
        pass(Duration.ofSeconds(5));
        return peers;
    }

    /** From now on the second says nothing, and the third has its slow line; everybody's line is limited. */
    private void worsen(boolean bad) {
        silent = true;
        // Lines up only: in a Geography what is on a slow line up would hold up the line down of who gets it.
        long[] freeAt = new long[16];
        simulation.network().links((from, to, bytes, now, random) -> {
            int rate = bad && from == 3 ? SLOW_BYTES_PER_SECOND : FAST_BYTES_PER_SECOND;
            freeAt[from] = Math.max(now, freeAt[from]) + bytes * 1_000_000_000L / rate;
            return freeAt[from] - now;
        });
    }

    private static List<NodeAddress> addresses(List<SimulatedNode> nodes) {
        List<NodeAddress> addresses = new ArrayList<>();
        nodes.forEach(node -> addresses.addAll(node.addresses()));
        return addresses;
    }

    /** Streams on which nothing is sent any more once {@link #silent} is set. */
    private <T> T muted(Class<T> type, T honest) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (silent && method.getName().equals("write")) {
                return CompletableFuture.completedFuture(null);
            }
            if (method.getName().equals("handleStreams")) {
                @SuppressWarnings("unchecked") // the method's signature
                Consumer<PeerStream> accept = (Consumer<PeerStream>) arguments[1];
                Consumer<PeerStream> wrapped = stream -> accept.accept(muted(PeerStream.class, stream));
                return call(honest, method, new Object[] {arguments[0], wrapped});
            }
            Object answer = call(honest, method, arguments);
            if (method.getName().equals("openStream")) {
                return ((CompletableFuture<?>) Objects.requireNonNull(answer))
                        .thenApply(stream -> muted(PeerStream.class, (PeerStream) stream));
            }
            return answer;
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** How long a newcomer takes to get 2,000 entries of 500 bytes from all peers at once. */
    private Duration catchUp(boolean bad) {
        List<SimulatedNode> peers = peers(bad);
        for (int i = 0; i < 20; i++) {
            List<byte[]> blobs = new ArrayList<>();
            for (int k = 0; k < 100; k++) {
                byte[] blob = new byte[500];
                simulation.choices().nextBytes(blob);
                blobs.add(blob);
            }
            simulation.await(peers.get(0).publish(blobs));
        }
        pass(Duration.ofSeconds(20));
        worsen(bad);
        SimulatedNode late = simulation.addStopped(member().bootstrap(addresses(peers)));
        Duration begin = simulation.time().elapsed();
        simulation.await(late.start());
        assertThat(simulation
                        .time()
                        .advanceUntil(() -> late.contents().count().join() == 2_000, Duration.ofMinutes(10)))
                .isTrue();
        return simulation.time().elapsed().minus(begin);
    }

    @Test
    void catchUp_oneSilentAndOneSlowPeer_noLaterThanByTheHedge() {
        Duration good = catchUp(false);
        Duration withBad = catchUp(true);
        assertThat(withBad).isLessThanOrEqualTo(good.plus(HEDGE).plus(TICK));
    }

    @Test
    void push_announcersSilentAndSlow_noLaterThanByTheHedge() {
        List<SimulatedNode> peers = peers(true);
        SimulatedNode reader = simulation.add(member().bootstrap(addresses(peers.subList(1, 4))));
        pass(Duration.ofSeconds(5));
        worsen(true);
        for (int i = 0; i < 20; i++) {
            Duration begin = simulation.time().elapsed();
            simulation.await(peers.get(0).publish(List.of(("news " + i).getBytes(UTF_8))));
            int wanted = i + 1;
            assertThat(simulation
                            .time()
                            .advanceUntil(() -> reader.contents().count().join() == wanted, Duration.ofMinutes(10)))
                    .isTrue();
            assertThat(simulation.time().elapsed().minus(begin))
                    .as("entry %d", i)
                    .isLessThanOrEqualTo(HEDGE.plus(Duration.ofMillis(800)));
            pass(Duration.ofSeconds(5));
        }
    }

    private Duration fetch(boolean bad) {
        List<SimulatedNode> peers = peers(bad);
        byte[] content = new byte[6_000_000];
        simulation.choices().nextBytes(content);
        simulation.await(peers.get(0).gossip().publish(new ByteArrayInputStream(content), content.length));
        pass(Duration.ofSeconds(60));
        worsen(bad);
        List<BlobHash> complete = new ArrayList<>();
        SimulatedNode late =
                simulation.addStopped(member().bootstrap(addresses(peers)).listener(new NodeListener() {
                    @Override
                    public void blobComplete(EntryId entry, BlobHash hash, long size) {
                        complete.add(hash);
                    }
                }));
        Duration begin = simulation.time().elapsed();
        simulation.await(late.start());
        assertThat(simulation.time().advanceUntil(() -> !complete.isEmpty(), Duration.ofMinutes(10)))
                .isTrue();
        return simulation.time().elapsed().minus(begin);
    }

    @Test
    void fetch_oneSilentAndOneSlowSupplier_noLaterThanByTheHedge() {
        Duration good = fetch(false);
        Duration withBad = fetch(true);
        assertThat(withBad).isLessThanOrEqualTo(good.plus(HEDGE).plus(TICK));
    }

    @Test
    void catchUp_peerDiesInTheMiddle_goesOnElsewhere() {
        List<SimulatedNode> peers = peers(false);
        List<byte[]> blobs = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] blob = new byte[10_000];
            simulation.choices().nextBytes(blob);
            blobs.add(blob);
        }
        for (int i = 0; i < 1_000; i += 100) {
            simulation.await(peers.get(0).publish(blobs.subList(i, i + 100)));
        }
        pass(Duration.ofSeconds(20));
        worsen(false);
        SimulatedNode late = simulation.add(member().bootstrap(addresses(peers)));
        assertThat(simulation.time().advanceUntil(() -> late.contents().count().join() > 200, Duration.ofMinutes(1)))
                .isTrue();

        peers.get(0).crash();

        assertThat(simulation
                        .time()
                        .advanceUntil(() -> late.contents().count().join() == 1_000, Duration.ofSeconds(30)))
                .isTrue();
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }
}
