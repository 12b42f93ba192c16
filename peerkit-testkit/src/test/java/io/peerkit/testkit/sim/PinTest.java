// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.Pinned;
import io.peerkit.api.Publication;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Pins among whole nodes in virtual time. */
class PinTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
    private static final int MIB = 1_048_576;

    private final Simulation simulation = new Simulation(Simulation.seed(1));

    /** Everybody is offered everything, and keeps what they wrote themselves. */
    private static final class Own implements DistributionStrategy {
        private static final Set<String> OFFERED = Set.of("offered");

        @Override
        public Set<String> scopesOf(EntryHeader entry) {
            return OFFERED;
        }

        @Override
        public Set<String> scopesOf(AgentId agent) {
            return OFFERED;
        }

        @Override
        public boolean willStore(AgentId agent, EntryHeader entry) {
            return agent.equals(entry.author());
        }
    }

    private SimulatedNode member(SimulatedNode... known) {
        NodePlan plan = NodePlan.member().distribution(Own::new);
        return simulation.add(known.length == 0 ? plan : plan.bootstrap(known[0].addresses()));
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }

    private Publication publish(SimulatedNode node, String text) {
        return simulation
                .await(node.gossip().publishAll(List.of(text.getBytes(UTF_8))))
                .get(0);
    }

    private static List<EntryId> stored(SimulatedNode node) {
        return node.contents().scan(Optional.empty(), 100, 16 * MIB).join().stream()
                .map(StoredEntry::id)
                .toList();
    }

    @Test
    void pin_entriesElsewhere_fetchedAndStay() {
        SimulatedNode author = member();
        SimulatedNode keeper = member(author);
        pass(LONG_ENOUGH);
        Publication one = publish(author, "one");
        Publication two = publish(author, "two");
        publish(author, "three");
        pass(LONG_ENOUGH);
        assertThat(stored(keeper)).isEmpty();

        simulation.await(keeper.gossip().pin(one.entry()));
        simulation.await(keeper.gossip().pin(two.hash()));
        pass(Duration.ofSeconds(2));

        assertThat(stored(keeper)).containsExactlyInAnyOrder(one.entry(), two.entry());
        assertThat(simulation.await(keeper.gossip().pinned()))
                .isEqualTo(new Pinned(List.of(one.entry()), List.of(two.hash())));
    }

    @Test
    void pin_nobodyHasItYet_takenWhenItIsOffered() {
        SimulatedNode author = member();
        SimulatedNode keeper = member(author);
        pass(LONG_ENOUGH);
        byte[] blob = "to come".getBytes(UTF_8);
        simulation.await(keeper.gossip().pin(BlobHash.ofBlob(blob)));
        pass(LONG_ENOUGH);
        Publication published = publish(author, "to come");
        pass(Duration.ofMinutes(2));
        assertThat(stored(keeper)).containsExactly(published.entry());
    }

    @Test
    void pin_crashAndRestart_stillPinnedAndFetchedThen() {
        SimulatedNode author = member();
        SimulatedNode keeper = member(author);
        pass(LONG_ENOUGH);
        Publication published = publish(author, "away");
        author.crash();
        simulation.await(keeper.gossip().pin(published.entry()));
        keeper.crash();
        simulation.await(keeper.start());
        assertThat(simulation.await(keeper.gossip().pinned()).entries()).containsExactly(published.entry());
        simulation.await(author.start());
        pass(Duration.ofMinutes(12));
        assertThat(stored(keeper)).containsExactly(published.entry());
    }

    @Test
    void unpin_wasPinned_goneAfterARestartToo() {
        SimulatedNode keeper = member();
        EntryId entry = EntryId.ofHeader(new byte[] {1});
        simulation.await(keeper.gossip().pin(entry));
        assertThat(simulation.await(keeper.gossip().unpin(entry))).isTrue();
        assertThat(simulation.await(keeper.gossip().unpin(entry))).isFalse();
        keeper.crash();
        simulation.await(keeper.start());
        assertThat(simulation.await(keeper.gossip().pinned())).isEqualTo(new Pinned(List.of(), List.of()));
    }

    @Test
    void pin_deletedByItsAuthor_goes() {
        SimulatedNode author = simulation.add(NodePlan.member());
        SimulatedNode keeper = simulation.add(NodePlan.member().bootstrap(author.addresses()));
        pass(LONG_ENOUGH);
        Publication published = publish(author, "mine");
        simulation.await(keeper.gossip().pin(published.entry()));
        pass(Duration.ofSeconds(5));
        assertThat(stored(keeper)).containsExactly(published.entry());
        simulation.await(author.gossip().delete(List.of(published.entry())));
        pass(Duration.ofSeconds(5));
        assertThat(stored(keeper)).doesNotContain(published.entry());
    }

    @Test
    void pin_largeBlob_itsChunksCome() {
        SimulatedNode author = member();
        SimulatedNode keeper = member(author);
        pass(LONG_ENOUGH);
        byte[] content = new byte[3 * MIB];
        new SplittableRandom(2).nextBytes(content);
        BlobHash hash = simulation.await(author.gossip().publish(new ByteArrayInputStream(content), content.length));
        simulation.await(keeper.gossip().pin(hash));
        pass(LONG_ENOUGH);
        author.crash();
        assertThat(simulation.await(keeper.gossip().openBlob(hash))).isPresent();
    }
}
