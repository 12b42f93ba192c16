// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.NodeAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The hostile peers that come with Peerkit. All but the first two are whole nodes with one bad habit, which publish, too:
 *
 * <table>
 *   <caption>By name</caption>
 *   <tr><td>{@code garbage}<td>noise and changed copies on every protocol, silence, resets
 *   <tr><td>{@code flood}<td>the same, sixteen times as much
 *   <tr><td>{@code forger}<td>signs its entries wrongly
 *   <tr><td>{@code rotten}<td>serves other bytes than were signed
 *   <tr><td>{@code withholder}<td>announces entries and gives none away
 *   <tr><td>{@code claimant}<td>claims entries that do not exist, so that its fingerprints lie
 *   <tr><td>{@code tamperer}<td>changes bits in what it sends: fingerprints, counts, ids, signatures
 *   <tr><td>{@code backdater}<td>publishes entries of last year
 *   <tr><td>{@code futurist}<td>publishes entries of tomorrow
 *   <tr><td>{@code spammer}<td>publishes fifty entries at once, again and again
 * </table>
 */
public final class HostileRoles {
    private static final int DEEDS = 8;
    private static final int SPAM = 50;
    private static final int CLAIMS = 300;

    /** An entry's time is a hybrid clock's: milliseconds above 16 bits of counter. */
    private static final int COUNTER_BITS = 16;

    private static final Map<String, HostileRole> ALL = all();

    private HostileRoles() {}

    /**
     * All of them.
     *
     * @return by name, in the order above
     */
    public static Map<String, HostileRole> byName() {
        return new LinkedHashMap<>(ALL);
    }

    private static Map<String, HostileRole> all() {
        Map<String, HostileRole> all = new LinkedHashMap<>();
        all.put("garbage", (simulation, victims, chance) -> simulation.addHostile(victims));
        all.put("flood", (simulation, victims, chance) -> simulation.addHostile(victims, 16));
        all.put("forger", node(chance -> NodePlan.member().lyingSigner(LyingAgent::new), Duration.ZERO, 3));
        all.put("rotten", node(chance -> NodePlan.member().lyingStore(LyingStorage::new), Duration.ZERO, 3));
        all.put("withholder", node(chance -> NodePlan.member().lyingStore(WithholdingStorage::new), Duration.ZERO, 3));
        all.put("claimant", HostileRoles::claim);
        all.put(
                "tamperer",
                node(
                        chance -> NodePlan.member()
                                .incorrect()
                                .transport(open ->
                                        new TamperedStreams(open, new SplittableRandom(chance.nextLong()), 0.3)),
                        Duration.ZERO,
                        3));
        all.put("backdater", node(chance -> NodePlan.member().incorrect(), Duration.ofDays(-365), 3));
        all.put("futurist", node(chance -> NodePlan.member().incorrect(), Duration.ofDays(1), 3));
        all.put("spammer", node(chance -> NodePlan.member().incorrect(), Duration.ZERO, SPAM));
        return all;
    }

    private static void claim(Simulation simulation, List<NodeAddress> victims, RandomGenerator chance) {
        long now = simulation.time().now().toEpochMilli();
        long seed = chance.nextLong();
        node(
                        ignored -> NodePlan.member()
                                .lyingStore(store -> new ClaimingStorage(
                                        store, seed, CLAIMS, (now - 60_000) << COUNTER_BITS, now << COUNTER_BITS)),
                        Duration.ZERO,
                        3)
                .join(simulation, victims, chance);
    }

    /** A whole node that publishes so many blobs every few seconds, with its clock so far off. */
    private static HostileRole node(Function<RandomGenerator, NodePlan> plan, Duration clock, int blobs) {
        return (simulation, victims, chance) -> {
            SimulatedNode node = simulation.addStopped(plan.apply(chance).bootstrap(victims));
            node.stepClock(clock);
            CompletableFuture<?> unused = node.start().thenRun(() -> publish(simulation, node, blobs, chance, DEEDS));
        };
    }

    private static void publish(
            Simulation simulation, SimulatedNode node, int count, RandomGenerator chance, int deeds) {
        if (deeds == 0 || !node.isRunning()) {
            return;
        }
        List<byte[]> blobs = RandomBlobs.some(chance, count, 200);
        CompletableFuture<?> unused = node.publish(blobs).exceptionally(failure -> List.of());
        simulation
                .time()
                .schedule(
                        Duration.ofMillis(500 + chance.nextInt(4_000)),
                        () -> publish(simulation, node, count, chance, deeds - 1));
    }
}
