// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.storage.StoredEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class KeptBlobsTest {
    private final Map<BlobHash, byte[]> table = new HashMap<>();
    private final ManualLoop loop = new ManualLoop(Instant.EPOCH);
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private int calls;
    private final KeptBlobs kept = new KeptBlobs(loop, tasks::add, new StorageHooks() {
        @Override
        public IntegrationVerdict onIntegrate(Incoming incoming) {
            return IntegrationVerdict.KEPT;
        }

        @Override
        public Optional<byte[]> blob(BlobHash hash) {
            calls++;
            byte[] blob = table.get(hash);
            if (blob != null && blob.length == 0) {
                throw new NoClassDefFoundError("from the test");
            }
            return Optional.ofNullable(blob);
        }
    });

    @Test
    void read_tableHasSome_thoseGivenAndOthersAbsent() {
        BlobHash here = keep("here");
        BlobHash wrong = keep("wrong");
        table.put(wrong, "other bytes".getBytes(UTF_8));
        BlobHash failing = keep("failing");
        table.put(failing, new byte[0]);

        CompletableFuture<KeptBlobs.Answer> answer = kept.read(List.of(wrong, hash("none"), failing, here), 1_000);
        runTasks();

        assertThat(answer.join().blobs()).extracting(Optional::isPresent).containsExactly(false, false, false, true);
        assertThat(answer.join().blobs().get(3)).hasValue("here".getBytes(UTF_8));
    }

    @Test
    void read_moreBytesThanAllowed_endsWithTheOneThatExceeds() {
        List<BlobHash> hashes = List.of(keep("aaaa"), keep("bbbb"), keep("cccc"));

        CompletableFuture<KeptBlobs.Answer> exact = kept.read(hashes, 8);
        CompletableFuture<KeptBlobs.Answer> less = kept.read(hashes, 7);
        runTasks();

        assertThat(exact.join().blobs()).hasSize(3);
        assertThat(less.join().blobs()).hasSize(2);
    }

    @Test
    void read_hookDoesNotReturn_absentAfterTheDeadlineAndOthersServed() {
        BlobHash here = keep("here");
        CompletableFuture<Optional<byte[]>> hanging = kept.read(here);
        Runnable hung = tasks.remove();
        CompletableFuture<Optional<byte[]>> other = kept.read(here);
        runTasks();
        assertThat(other.join()).isPresent();

        loop.advance(KeptBlobs.PATIENCE.minusMillis(1));
        assertThat(hanging).isNotDone();
        loop.advance(Duration.ofMillis(1));
        assertThat(hanging.join()).isEmpty();

        // When it returns after all, its place is free and its answer is not missed.
        hung.run();
        loop.run();
        assertThat(List.of(kept.read(here), kept.read(here), kept.read(here))).noneMatch(CompletableFuture::isDone);
        assertThat(tasks).hasSize(KeptBlobs.MAX_READINGS);
    }

    @Test
    void read_allPlacesHang_everythingAbsentAtOnceUntilOneReturns() {
        BlobHash here = keep("here");
        List<CompletableFuture<Optional<byte[]>>> hanging = List.of(kept.read(here), kept.read(here));
        CompletableFuture<Optional<byte[]>> waiting = kept.read(here);
        assertThat(tasks).hasSize(2);

        loop.advance(KeptBlobs.PATIENCE);

        assertThat(hanging).allSatisfy(each -> assertThat(each.join()).isEmpty());
        assertThat(waiting.join()).isEmpty();
        assertThat(kept.read(here).join()).isEmpty();
        assertThat(calls).isZero();
        runTasks();
        CompletableFuture<Optional<byte[]>> again = kept.read(here);
        runTasks();
        assertThat(again.join()).isPresent();
    }

    @Test
    void read_slowHook_whatWasReadByTheDeadlineIsGivenAndTheRestLeft() {
        List<BlobHash> hashes = List.of(keep("a"), keep("b"), keep("c"));
        KeptBlobs slow = new KeptBlobs(loop, tasks::add, new StorageHooks() {
            @Override
            public IntegrationVerdict onIntegrate(Incoming incoming) {
                return IntegrationVerdict.KEPT;
            }

            @Override
            public Optional<byte[]> blob(BlobHash hash) {
                calls++;
                if (calls == 2) {
                    loop.advance(KeptBlobs.PATIENCE);
                }
                return Optional.ofNullable(table.get(hash));
            }
        });

        CompletableFuture<KeptBlobs.Answer> answer = slow.read(hashes, 1_000);
        runTasks();

        assertThat(answer.join().blobs()).extracting(Optional::isPresent).containsExactly(true, false, false);
        assertThat(calls).isEqualTo(2);
    }

    @Test
    void read_tooManyWait_refused() {
        BlobHash here = keep("here");
        for (int i = 0; i < KeptBlobs.MAX_READINGS + KeptBlobs.MAX_WAITING - 1; i++) {
            assertThat(kept.read(here)).isNotDone();
        }
        assertThat(kept.read(here)).isNotDone();
        assertThatThrownBy(() -> kept.read(here).join()).hasCauseInstanceOf(LimitExceededException.class);
    }

    @Test
    void together_pageWithBothKinds_endsWhereBytesExceedTheBound() {
        StoredEntry stored = entry(1, Optional.of(new byte[10]));
        StoredEntry absent = entry(2, Optional.empty());
        StoredEntry given = entry(3, Optional.empty());
        List<StoredEntry> found = List.of(stored, absent, given, stored);
        List<Optional<byte[]>> blobs = List.of(Optional.empty(), Optional.of(new byte[20]));

        assertThat(sizes(HookedStorage.together(found, blobs, 33))).containsExactly(10, -1, 20, 10);
        assertThat(sizes(HookedStorage.together(found, blobs, 32))).containsExactly(10, -1, 20);
        assertThat(sizes(HookedStorage.together(found, blobs.subList(0, 1), 100)))
                .containsExactly(10, -1);
        assertThat(sizes(HookedStorage.together(found, blobs, 0))).containsExactly(10);
    }

    private static List<Integer> sizes(List<StoredEntry> entries) {
        return entries.stream()
                .map(entry -> entry.blob().map(blob -> blob.length).orElse(-1))
                .toList();
    }

    private static StoredEntry entry(long time, Optional<byte[]> blob) {
        return new StoredEntry(EntryId.of(new byte[32]), time, hash("blob"), new byte[1], blob);
    }

    private static BlobHash hash(String text) {
        return BlobHash.ofBlob(text.getBytes(UTF_8));
    }

    private BlobHash keep(String text) {
        table.put(hash(text), text.getBytes(UTF_8));
        return hash(text);
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
            loop.run();
        }
    }
}
