// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.Change;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.Publication;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.ConnectionStrategies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Nodes whose applications keep payloads in tables of their own. */
class ApplicationBlobsTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

    private final Simulation simulation = new Simulation(Simulation.seed(1));

    /** An application with a table of payloads. */
    private static class Table implements StorageHooks {
        private final Map<BlobHash, byte[]> blobs = new LinkedHashMap<>();
        private final List<Change> changes = new ArrayList<>();
        private final boolean keepsOwn;
        private int asked;

        Table(boolean keepsOwn) {
            this.keepsOwn = keepsOwn;
        }

        @Override
        public IntegrationVerdict onIntegrate(Incoming incoming) {
            blobs.put(incoming.header().blobHash(), incoming.blob());
            return IntegrationVerdict.KEPT;
        }

        @Override
        public Optional<byte[]> blob(BlobHash hash) {
            asked++;
            return Optional.ofNullable(blobs.get(hash));
        }

        @Override
        public boolean keepsBlobs() {
            return keepsOwn;
        }

        @Override
        public void changed(Change change) {
            changes.add(change);
            throw new StackOverflowError("from the test");
        }
    }

    @Test
    void kept_thirdPeerComesLater_servedFromTheTableByPull() {
        Table table = new Table(false);
        SimulatedNode author = member();
        List<Publication> published = publish(author, "one", "two", "three");
        SimulatedNode keeper = simulation.add(plan().hooks(table).bootstrap(author.addresses()));
        pass(LONG_ENOUGH);
        assertThat(blobsStored(keeper)).isZero();
        assertThat(table.changes).extracting(Change::entry).containsExactlyInAnyOrderElementsOf(entries(published));
        simulation.await(author.stop());

        SimulatedNode third = simulation.add(plan().bootstrap(keeper.addresses()));
        pass(LONG_ENOUGH);

        assertThat(status(third).fingerprint()).isEqualTo(status(keeper).fingerprint());
        assertThat(blobsStored(third)).isEqualTo(3);
        for (Publication each : published) {
            assertThat(simulation.await(keeper.gossip().get(each.hash()))).isPresent();
        }
    }

    @Test
    void kept_thirdPeerIsConnected_servedFromTheTableByPush() {
        Table table = new Table(false);
        SimulatedNode author = member();
        SimulatedNode keeper = simulation.add(plan().hooks(table).bootstrap(author.addresses()));
        List<Incoming> told = new ArrayList<>();
        SimulatedNode third =
                simulation.add(plan().bootstrap(keeper.addresses()).listener(new io.peerkit.api.NodeListener() {
                    @Override
                    public void integrated(Incoming incoming) {
                        told.add(incoming);
                    }
                }));
        pass(LONG_ENOUGH);

        publish(author, "news");
        pass(Duration.ofSeconds(1));

        assertThat(told).hasSize(1);
        assertThat(told.get(0).from()).hasValue(keeper.agentId());
        assertThat(status(third).entries()).isEqualTo(1);
        assertThat(table.asked).isEqualTo(1);
    }

    @Test
    void keepsBlobs_ownPublications_onlyHeadersStoredAndPeersServed() {
        Table table = new Table(true);
        SimulatedNode early = member();
        SimulatedNode author = simulation.add(plan().hooks(table).bootstrap(early.addresses()));
        pass(LONG_ENOUGH);
        byte[] blob = "mine".getBytes(UTF_8);
        table.blobs.put(BlobHash.ofBlob(blob), blob);

        Publication published = publish(author, "mine").get(0);
        pass(Duration.ofSeconds(1));

        // Pushed whole, without asking the table.
        assertThat(status(early).entries()).isEqualTo(1);
        assertThat(table.asked).isZero();
        assertThat(blobsStored(author)).isZero();
        SimulatedNode late = simulation.add(plan().bootstrap(author.addresses()));
        pass(LONG_ENOUGH);
        assertThat(blobsStored(late)).isEqualTo(1);
        assertThat(simulation.await(author.gossip().get(published.hash()))).hasValue(blob);
    }

    @Test
    void blob_wrongBytesOrFailure_thatEntryPassedOverAndTheOthersServed() {
        Table table = new Table(false) {
            @Override
            public Optional<byte[]> blob(BlobHash hash) {
                Optional<byte[]> blob = super.blob(hash);
                String text = new String(blob.orElseThrow(), UTF_8);
                if (text.equals("fails")) {
                    throw new NoClassDefFoundError("from the test");
                }
                return text.equals("wrong") ? Optional.of("lies".getBytes(UTF_8)) : blob;
            }
        };
        SimulatedNode author = member();
        List<Publication> published = publish(author, "wrong", "right", "fails", "right too");
        SimulatedNode keeper = simulation.add(plan().hooks(table).bootstrap(author.addresses()));
        pass(LONG_ENOUGH);
        simulation.await(author.stop());

        SimulatedNode third = simulation.add(plan().bootstrap(keeper.addresses()));
        pass(Duration.ofMinutes(2));

        assertThat(storedIds(third))
                .containsExactlyInAnyOrder(
                        published.get(1).entry(), published.get(3).entry());
        assertThat(status(third).refused()).isZero();
        assertThat(simulation.await(keeper.gossip().get(published.get(0).hash())))
                .isEmpty();
        assertThat(simulation.await(keeper.gossip().get(published.get(2).hash())))
                .isEmpty();
    }

    @Test
    void kept_moreThanAPageOfLargeBlobs_allServed() {
        Table table = new Table(false);
        SimulatedNode author = member();
        for (int i = 0; i < 20; i++) {
            byte[] blob = new byte[150_000 + i];
            simulation.await(author.gossip().publishAll(List.of(blob)));
        }
        SimulatedNode keeper = simulation.add(plan().hooks(table).bootstrap(author.addresses()));
        pass(LONG_ENOUGH);
        simulation.await(author.stop());

        SimulatedNode third = simulation.add(plan().bootstrap(keeper.addresses()));
        pass(LONG_ENOUGH);

        assertThat(blobsStored(third)).isEqualTo(20);
        // Each of them read once: no page is read again because the table made it longer.
        assertThat(table.asked).isEqualTo(20);
    }

    @Test
    void onIntegrate_answersNull_treatedAsAFailure() {
        SimulatedNode author = member();
        publish(author, "one");
        List<Incoming> shown = new ArrayList<>();
        SimulatedNode odd = simulation.add(plan().bootstrap(author.addresses()).hooks(new Odd(shown)));
        pass(LONG_ENOUGH);

        assertThat(status(odd).entries()).isZero();
        assertThat(shown).hasSizeGreaterThan(1);
    }

    private record Odd(List<Incoming> shown) implements StorageHooks {
        @Override
        @SuppressWarnings("NullAway") // what an application without null checks may do
        public IntegrationVerdict onIntegrate(Incoming incoming) {
            shown.add(incoming);
            return null;
        }
    }

    @Test
    void keepsBlobs_throws_nodeIsNotMade() {
        StorageHooks broken = new StorageHooks() {
            @Override
            public IntegrationVerdict onIntegrate(Incoming incoming) {
                return IntegrationVerdict.ACCEPTED;
            }

            @Override
            public boolean keepsBlobs() {
                throw new IllegalStateException("from the test");
            }
        };
        assertThatThrownBy(() -> simulation.add(plan().hooks(broken))).hasMessage("from the test");
    }

    /** Connects to nobody but whom it is told, so that a peer can be cut off from the author. */
    private static NodePlan plan() {
        return NodePlan.member().connections(ConnectionStrategies::none);
    }

    private SimulatedNode member() {
        return simulation.add(plan());
    }

    private List<Publication> publish(SimulatedNode node, String... texts) {
        List<byte[]> blobs = new ArrayList<>();
        for (String text : texts) {
            blobs.add(text.getBytes(UTF_8));
        }
        return simulation.await(node.gossip().publishAll(blobs));
    }

    private static List<EntryId> entries(List<Publication> publications) {
        return publications.stream().map(Publication::entry).toList();
    }

    private static long blobsStored(SimulatedNode node) {
        return stored(node).stream().filter(entry -> entry.blob().isPresent()).count();
    }

    private static List<EntryId> storedIds(SimulatedNode node) {
        return stored(node).stream().map(StoredEntry::id).toList();
    }

    private static List<StoredEntry> stored(SimulatedNode node) {
        return node.contents().scan(Optional.empty(), 1_000, Integer.MAX_VALUE).join();
    }

    private NodeStatus status(SimulatedNode node) {
        return simulation.await(node.gossip().status());
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }
}
