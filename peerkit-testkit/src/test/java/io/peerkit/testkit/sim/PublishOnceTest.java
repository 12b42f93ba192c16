// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.KeyedBlob;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.Publication;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.StoredEntry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Publications that are repeated because their caller may have missed the answer. */
class PublishOnceTest {
    private final Simulation simulation = new Simulation(Simulation.seed(1));
    private final SimulatedNode node = simulation.add(NodePlan.member());

    @Test
    void publishOnce_repeated_firstPublicationWhateverTheBlob() {
        Publication first = once("key", "first");

        assertThat(once("key", "first")).isEqualTo(first);
        assertThat(once("key", "second")).isEqualTo(first);
        assertThat(once("key 2", "first")).isNotEqualTo(first);
        assertThat(texts()).containsExactly("first", "first");
    }

    @Test
    void publishOnce_callsWithOneKeyRace_onePublication() {
        List<CompletableFuture<List<Publication>>> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            calls.add(node.gossip().publishAllOnce(List.of(keyed("key", "blob " + i), keyed("own " + i, "own " + i))));
            simulation.time().advance(Duration.ofNanos(20_000));
        }

        Set<Publication> publications = new HashSet<>();
        calls.forEach(call -> publications.add(simulation.await(call).get(0)));

        assertThat(publications).hasSize(1);
        assertThat(texts()).hasSize(51).contains("blob 0");
    }

    @Test
    void publishAllOnce_someKnownAndOneTwice_inOrderAndEachOnce() {
        Publication known = once("b", "known");

        List<Publication> publications = simulation.await(node.gossip()
                .publishAllOnce(List.of(keyed("a", "1"), keyed("b", "2"), keyed("c", "3"), keyed("a", "4"))));

        assertThat(publications.get(1)).isEqualTo(known);
        assertThat(publications.get(3)).isEqualTo(publications.get(0));
        assertThat(texts()).containsExactly("known", "1", "3");
        assertThat(simulation.await(node.gossip().publishAllOnce(List.of()))).isEmpty();
    }

    @Test
    void forgetPublished_thenRepeated_publishedAgain() {
        once("key", "text");
        simulation.await(node.gossip().forgetPublished(List.of(bytes("key"), bytes("never used"))));
        assertThat(node.contents()
                        .records("published", Optional.empty(), 10, 1_000)
                        .join())
                .isEmpty();

        once("key", "text");

        assertThat(texts()).containsExactly("text", "text");
    }

    @Test
    void publishOnce_keyOfLargestAndWrongLengths_largestTakenOthersRefused() {
        assertThat(simulation.await(publish(new byte[PeerkitNode.MAX_KEY_BYTES], "x")))
                .isNotNull();
        assertThatThrownBy(() -> simulation.await(publish(new byte[PeerkitNode.MAX_KEY_BYTES + 1], "x")))
                .hasCauseInstanceOf(LimitExceededException.class);
        assertThatThrownBy(() -> simulation.await(publish(new byte[0], "x")))
                .hasCauseInstanceOf(LimitExceededException.class);
        List<byte[]> tooMany = new ArrayList<>();
        for (int i = 0; i <= PeerkitNode.MAX_BATCH; i++) {
            tooMany.add(ByteBuffer.allocate(4).putInt(i).array());
        }
        assertThatThrownBy(() -> simulation.await(node.gossip().forgetPublished(tooMany)))
                .hasCauseInstanceOf(LimitExceededException.class);
        simulation.await(node.gossip().forgetPublished(tooMany.subList(1, tooMany.size())));
    }

    @Test
    void publishOnce_storeFails_callFailsAndARepetitionPublishes() {
        node.failStorage(true);
        assertThatThrownBy(() -> once("key", "text")).hasCauseInstanceOf(StorageException.class);
        node.failStorage(false);

        once("key", "text");

        assertThat(texts()).containsExactly("text");
    }

    /** Crashes at any moment between the call and its answer, the commit having reached the disk or not. */
    @Test
    void publishOnce_crashesAtRandomMoments_eachTextOnceAndEveryAnswerTheSame() {
        Map<String, Publication> answers = new LinkedHashMap<>();
        int repeated = 0;
        for (int i = 0; i < 400; i++) {
            String text = "text " + i;
            CompletableFuture<List<Publication>> call =
                    node.gossip().publishAllOnce(List.of(keyed("key " + i, text), keyed("key b" + i, text + "b")));
            simulation.time().advance(Duration.ofNanos(simulation.choices().nextLong(3_000_000)));
            Optional<Publication> heard =
                    call.isDone() ? Optional.of(call.join().get(0)) : Optional.empty();
            node.crash();
            simulation.await(node.start());
            long before = texts().stream().filter(text::equals).count();
            if (heard.isPresent()) {
                assertThat(before).isEqualTo(1);
            } else if (before == 1) {
                repeated++;
            }

            Publication again = once("key " + i, text);
            once("key b" + i, text + "b");

            heard.ifPresent(first -> assertThat(again).isEqualTo(first));
            assertThat(again.hash()).isEqualTo(BlobHash.ofBlob(bytes(text)));
            answers.put(text, again);
        }
        assertThat(texts()).hasSize(800).doesNotHaveDuplicates();
        answers.forEach((text, answer) -> assertThat(
                        node.contents().entries(List.of(answer.entry()), 1_000).join())
                .hasSize(1));
        // Otherwise no crash fell between the commit and the answer, and the test showed nothing.
        assertThat(repeated).isPositive();
    }

    private CompletableFuture<List<Publication>> publish(byte[] key, String text) {
        return node.gossip().publishAllOnce(List.of(new KeyedBlob(key, bytes(text))));
    }

    private Publication once(String key, String text) {
        return simulation.await(publish(bytes(key), text)).get(0);
    }

    private static KeyedBlob keyed(String key, String text) {
        return new KeyedBlob(bytes(key), bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private List<String> texts() {
        List<StoredEntry> stored =
                node.contents().scan(Optional.empty(), 4_096, Integer.MAX_VALUE).join();
        return stored.stream()
                .map(entry -> new String(entry.blob().orElseThrow(), UTF_8))
                .toList();
    }
}
