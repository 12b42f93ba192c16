// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.NotPermittedException;
import io.peerkit.api.Publication;
import io.peerkit.api.Removed;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Deletes among whole nodes in virtual time. */
class DeletesTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
    private static final int MIB = 1_048_576;

    private final List<EntryId> removed = new ArrayList<>();
    private Simulation simulation = new Simulation(Simulation.seed(1));

    private SimulatedNode member(SimulatedNode... known) {
        NodePlan plan = NodePlan.member().listener(new NodeListener() {
            @Override
            public void removed(Removed gone) {
                removed.add(gone.entry());
            }
        });
        return simulation.add(known.length == 0 ? plan : plan.bootstrap(known[0].addresses()));
    }

    private EntryId publish(SimulatedNode node, String text) {
        List<Publication> published = simulation.await(node.publish(List.of(text.getBytes(UTF_8))));
        return published.get(0).entry();
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }

    private static List<EntryId> stored(SimulatedNode node) {
        return node.contents().scan(Optional.empty(), Storage.MAX_IDS, 16 * MIB).join().stream()
                .map(StoredEntry::id)
                .toList();
    }

    private void assertSameSets(SimulatedNode... nodes) {
        String first = simulation.await(nodes[0].gossip().status()).fingerprint();
        for (SimulatedNode node : nodes) {
            assertThat(simulation.await(node.gossip().status()).fingerprint()).isEqualTo(first);
        }
    }

    @Test
    void delete_everybodyConnected_goneEverywhereAtOnce() {
        SimulatedNode author = member();
        SimulatedNode second = member(author);
        SimulatedNode third = member(author);
        pass(LONG_ENOUGH);
        EntryId doomed = publish(author, "doomed");
        EntryId kept = publish(author, "kept");
        pass(Duration.ofSeconds(5));
        assertThat(stored(third)).contains(doomed, kept);

        assertThat(simulation.await(author.gossip().delete(List.of(doomed)))).containsExactly(doomed);
        assertThat(stored(author)).doesNotContain(doomed).contains(kept);
        pass(Duration.ofSeconds(2));

        assertThat(stored(second)).doesNotContain(doomed).contains(kept);
        assertThat(stored(third)).doesNotContain(doomed).contains(kept);
        assertThat(removed).containsExactly(doomed, doomed, doomed);
        assertSameSets(author, second, third);
        assertThat(simulation.await(author.gossip().delete(List.of(doomed)))).isEmpty();
    }

    @Test
    void delete_peerWasAway_itsCopyGoesAndDoesNotComeBack() {
        SimulatedNode author = member();
        SimulatedNode away = member(author);
        pass(LONG_ENOUGH);
        EntryId doomed = publish(author, "doomed");
        pass(Duration.ofSeconds(5));
        away.crash();
        simulation.await(author.gossip().delete(List.of(doomed)));
        SimulatedNode late = member(author);
        pass(LONG_ENOUGH);
        assertThat(stored(late)).doesNotContain(doomed);

        simulation.await(away.start());
        assertThat(stored(away)).contains(doomed);
        pass(Duration.ofMinutes(2));

        assertThat(stored(author)).doesNotContain(doomed);
        assertThat(stored(late)).doesNotContain(doomed);
        assertThat(stored(away)).doesNotContain(doomed);
        assertSameSets(author, away, late);
    }

    @Test
    void delete_ofAnotherAuthor_refusedAndNothingGoes() {
        SimulatedNode author = member();
        SimulatedNode other = member(author);
        pass(LONG_ENOUGH);
        EntryId entry = publish(author, "mine");
        pass(Duration.ofSeconds(5));
        assertThatThrownBy(() -> simulation.await(other.gossip().delete(List.of(entry))))
                .hasRootCauseInstanceOf(NotPermittedException.class);
        pass(LONG_ENOUGH);
        assertThat(stored(author)).containsExactly(entry);
        assertThat(removed).isEmpty();
    }

    @Test
    void delete_diesAtAnyWrite_goneOrWholeAndInTheEndTheSameEverywhere() {
        for (int write = 1; write <= 3; write++) {
            simulation = new Simulation(Simulation.seed(write));
            SimulatedNode author = member();
            SimulatedNode other = member(author);
            pass(LONG_ENOUGH);
            EntryId doomed = publish(author, "doomed");
            pass(Duration.ofSeconds(5));
            author.crashAtWrite(write);
            author.gossip().delete(List.of(doomed)).exceptionally(died -> List.of());
            pass(Duration.ofSeconds(5));
            if (!author.isRunning()) {
                simulation.await(author.start());
            }
            pass(Duration.ofMinutes(2));
            assertSameSets(author, other);
            boolean gone = !stored(author).contains(doomed);
            assertThat(stored(other).contains(doomed)).as("write %d", write).isNotEqualTo(gone);
            // A delete that is stored leaves itself, and nothing of what it names.
            assertThat(stored(author)).hasSize(1);
        }
    }

    @Test
    void delete_largeBlob_itsChunksGoAndThoseOfAnotherStay() {
        SimulatedNode author = member();
        SimulatedNode other = member(author);
        pass(LONG_ENOUGH);
        EntryId doomed = publishLarge(author, 1);
        pass(Duration.ofSeconds(5));
        EntryId kept = publishLarge(author, 2);
        pass(Duration.ofMinutes(2));
        int all = chunks(other);
        assertThat(all).isPositive();

        simulation.await(author.gossip().delete(List.of(doomed)));
        pass(LONG_ENOUGH);

        for (SimulatedNode node : List.of(author, other)) {
            assertThat(stored(node)).doesNotContain(doomed).contains(kept);
            assertThat(chunks(node)).isBetween(1, all - 1);
            assertThat(node.contents()
                            .records("blob-orphan", Optional.empty(), 1, 1)
                            .join())
                    .isEmpty();
        }
        simulation.await(author.gossip().delete(List.of(kept)));
        pass(LONG_ENOUGH);
        assertThat(chunks(author)).isZero();
        assertThat(chunks(other)).isZero();
    }

    private EntryId publishLarge(SimulatedNode node, long seed) {
        List<EntryId> before = stored(node);
        byte[] content = new byte[3 * MIB];
        new SplittableRandom(seed).nextBytes(content);
        simulation.await(node.gossip().publish(new ByteArrayInputStream(content), content.length));
        return stored(node).stream()
                .filter(entry -> !before.contains(entry))
                .findFirst()
                .orElseThrow();
    }

    private static int chunks(SimulatedNode node) {
        return node.contents().chunkHashes(Optional.empty(), 100).join().size();
    }
}
