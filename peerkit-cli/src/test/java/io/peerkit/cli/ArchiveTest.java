// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.agent.KeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.StoredContents;
import io.peerkit.gossip.archive.ArchiveExport;
import io.peerkit.gossip.archive.ArchiveImport;
import io.peerkit.gossip.archive.ArchiveSummary;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.testkit.storage.MemoryStorage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class ArchiveTest {
    private static final NetworkId OTHER = NetworkId.named("other");
    private static final LocalAgent CHECKER = LocalAgent.open(KeyStore.inMemory());
    private static final int SMALL_SECTION = 1_024;

    private static List<StoredEntry> few = List.of();
    private static List<StoredEntry> many = List.of();
    private static List<StoredEntry> foreign = List.of();

    @TempDir
    private Path folder;

    @BeforeAll
    static void publish() {
        few = new ArrayList<>(ArchiveSamples.entries(ArchiveSamples.NETWORK, ArchiveSamples.blobs(9, 20)));
        few.set(4, ArchiveSamples.withoutBlob(few.get(4)));
        many = ArchiveSamples.entries(ArchiveSamples.NETWORK, ArchiveSamples.blobs(2_000, 256));
        foreign = ArchiveSamples.entries(OTHER, ArchiveSamples.blobs(2, 20));
    }

    private static ArchiveImport into(Storage storage) {
        return ArchiveImport.into(storage, CHECKER);
    }

    private static ArchiveExport smallSections(Storage storage) {
        return ArchiveExport.of(storage).sectionBytes(SMALL_SECTION);
    }

    private static void assertSame(List<StoredEntry> actual, List<StoredEntry> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).key()).isEqualTo(expected.get(i).key());
            assertThat(actual.get(i).blobHash()).isEqualTo(expected.get(i).blobHash());
            assertThat(actual.get(i).envelope()).isEqualTo(expected.get(i).envelope());
            assertThat(actual.get(i).blob().orElse(new byte[1]))
                    .isEqualTo(expected.get(i).blob().orElse(new byte[1]));
        }
    }

    private Path exported(List<StoredEntry> entries) {
        Path file = folder.resolve("whole.pka");
        try (Storage storage = ArchiveSamples.memory(entries)) {
            smallSections(storage).to(file);
        }
        return file;
    }

    @Test
    void from_whatWasExported_everyStoreHoldsTheSameAndExportsTheSameBytes() throws IOException {
        Path first = folder.resolve("first.pka");
        Path second = folder.resolve("second.pka");
        List<StoredEntry> mixed = new ArrayList<>(many);
        for (int i = 0; i < mixed.size(); i += 7) {
            mixed.set(i, ArchiveSamples.withoutBlob(mixed.get(i)));
        }
        ArchiveSummary written;
        try (Storage memory = ArchiveSamples.memory(mixed)) {
            written = ArchiveExport.of(memory).to(first);
        }
        try (Storage sqlite = SqliteStorage.at(folder.resolve("a.db")).open()) {
            List<ArchiveSummary> progress = new ArrayList<>();

            ArchiveSummary read = into(sqlite).progress(progress::add).from(first);

            assertThat(read).isEqualTo(written);
            assertThat(progress.get(progress.size() - 1).entries()).isEqualTo(2_000);
            assertSame(ArchiveSamples.all(sqlite), mixed);
            ArchiveExport.of(sqlite).to(second);
            assertThat(sqlite.records("archive", Optional.empty(), 10, 1_000).join())
                    .isEmpty();
        }
        assertThat(written).isEqualTo(new ArchiveSummary(2_000, 286, 0, Files.size(first)));
        assertThat(Files.mismatch(first, second)).isEqualTo(-1);
        assertThat(ArchiveImport.networkOf(first)).isEqualTo(ArchiveSamples.NETWORK);
    }

    @Test
    void to_newFile_onlyItsOwnerMayReadItAndNothingIsLeftBeside() throws IOException {
        Path file = exported(few);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(folder.resolve("whole.pka.part")).doesNotExist();
    }

    @Test
    void to_partOfAnotherModeOrALink_closedToOthersAndNotFollowed() throws IOException {
        Path file = folder.resolve("new.pka");
        Path part = folder.resolve("new.pka.part");
        Path precious = Files.writeString(folder.resolve("precious"), "precious");
        try (Storage storage = ArchiveSamples.memory(few)) {
            Files.createSymbolicLink(part, precious);
            assertThatThrownBy(() -> ArchiveExport.of(storage).to(file)).isInstanceOf(StorageException.class);
            assertThat(precious).hasContent("precious");
            Files.delete(part);
            Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));

            ArchiveExport.of(storage).to(file);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void to_cutAtEveryByte_resumedEqualsWhole() throws IOException {
        byte[] whole = Files.readAllBytes(exported(few));
        Path file = folder.resolve("resumed.pka");
        Path part = folder.resolve("resumed.pka.part");
        try (Storage storage = ArchiveSamples.memory(few)) {
            for (int length = 0; length <= whole.length; length++) {
                Files.write(part, Arrays.copyOf(whole, length));

                smallSections(storage).to(file);

                assertThat(Files.readAllBytes(file)).as("cut at %d", length).isEqualTo(whole);
                Files.delete(file);
            }
        }
    }

    @Test
    void to_partIsDamagedOrAnotherNetworks_writtenAgainFromThere() throws IOException {
        byte[] whole = Files.readAllBytes(exported(few));
        Path file = folder.resolve("resumed.pka");
        Path part = folder.resolve("resumed.pka.part");
        try (Storage storage = ArchiveSamples.memory(few)) {
            for (int at = 0; at < whole.length; at += 13) {
                byte[] damaged = whole.clone();
                damaged[at] ^= 1;
                Files.write(part, damaged);

                smallSections(storage).to(file);

                assertThat(Files.readAllBytes(file)).as("damaged at %d", at).isEqualTo(whole);
                Files.delete(file);
            }
        }
    }

    @Test
    void to_storeChangedSinceTheCut_holdsWhatTheStoreHoldsNow() throws IOException {
        Path file = folder.resolve("resumed.pka");
        Path part = folder.resolve("resumed.pka.part");
        List<StoredEntry> without = new ArrayList<>(few);
        without.remove(5);
        byte[] now = Files.readAllBytes(exported(few));
        Files.delete(folder.resolve("whole.pka"));
        byte[] before = Files.readAllBytes(exported(without));

        Files.write(part, Arrays.copyOf(before, before.length - 1));
        try (Storage storage = ArchiveSamples.memory(few)) {
            smallSections(storage).to(file);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(now);

        Files.delete(file);
        Files.write(part, Arrays.copyOf(now, now.length - 1));
        try (Storage storage = ArchiveSamples.memory(without)) {
            smallSections(storage).to(file);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void to_fileExistsOrIsBeingWritten_refusedAndLeftAlone() throws IOException {
        Path file = Files.writeString(folder.resolve("mine"), "mine");
        try (Storage storage = ArchiveSamples.memory(few)) {
            assertThatThrownBy(() -> ArchiveExport.of(storage).to(file))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("exists");
            assertThat(file).hasContent("mine");

            Path free = folder.resolve("free");
            try (FileChannel other = FileChannel.open(
                    folder.resolve("free.part"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                other.lock();
                assertThatThrownBy(() -> ArchiveExport.of(storage).to(free))
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining("another export");
            }
            assertThatThrownBy(() -> ArchiveExport.of(storage).to(folder.resolve("no/file")))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("there is no folder");
        }
    }

    @Test
    void to_entriesOfTwoNetworks_asksForOneAndTakesItAlone() {
        List<StoredEntry> both = new ArrayList<>(few);
        both.addAll(foreign);
        try (Storage storage = ArchiveSamples.memory(both);
                Storage target = ArchiveSamples.memory(List.of())) {
            Path file = folder.resolve("one.pka");
            assertThatThrownBy(() -> ArchiveExport.of(storage).to(file))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining(OTHER.toString())
                    .hasMessageContaining(ArchiveSamples.NETWORK.toString());

            ArchiveExport.of(storage).network(OTHER).to(file);

            into(target).from(file);
            assertSame(ArchiveSamples.all(target), foreign);
        }
    }

    @Test
    void to_emptyStore_needsANetwork() {
        try (Storage storage = ArchiveSamples.memory(List.of())) {
            Path file = folder.resolve("empty.pka");
            assertThatThrownBy(() -> ArchiveExport.of(storage).to(file)).isInstanceOf(InvalidSettingException.class);

            ArchiveExport.of(storage).network(OTHER).to(file);

            assertThat(into(storage).from(file).entries()).isZero();
        }
    }

    @Test
    void sectionBytes_leastMostAndBeyond_takenAndRefused() {
        try (Storage storage = ArchiveSamples.memory(few)) {
            ArchiveExport.of(storage).sectionBytes(1_024).sectionBytes(4_194_304);
            for (int bytes : new int[] {1_023, 4_194_305}) {
                assertThatThrownBy(() -> ArchiveExport.of(storage).sectionBytes(bytes))
                        .isInstanceOf(InvalidSettingException.class);
            }
        }
    }

    @Test
    void from_cutAtEveryByte_goodUpToTheLastSectionAndGoesOn() throws IOException {
        byte[] whole = Files.readAllBytes(exported(few));
        Path file = folder.resolve("cut.pka");
        int stored = 0;
        for (int length = 0; length < whole.length; length++) {
            try (Storage storage = ArchiveSamples.memory(List.of())) {
                Files.write(file, Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> into(storage).from(file)).isInstanceOf(InvalidBytesException.class);
                List<StoredEntry> sofar = ArchiveSamples.all(storage);
                assertThat(sofar.size()).isGreaterThanOrEqualTo(stored);
                assertSame(sofar, few.subList(0, sofar.size()));
                stored = sofar.size();

                Files.write(file, whole);
                List<ArchiveSummary> progress = new ArrayList<>();
                into(storage).progress(progress::add).from(file);

                assertSame(ArchiveSamples.all(storage), few);
                assertThat(progress)
                        .allSatisfy(each -> assertThat(each.entries()).isGreaterThan(sofar.size()));
            }
        }
        assertThat(stored).isEqualTo(few.size());
    }

    @Test
    void from_positionOfAnotherFile_readFromTheBeginning() throws IOException {
        byte[] whole = Files.readAllBytes(exported(few));
        Path cut = Files.write(folder.resolve("cut.pka"), Arrays.copyOf(whole, whole.length - 1));
        Path other = folder.resolve("other.pka");
        try (Storage storage = ArchiveSamples.memory(many)) {
            ArchiveExport.of(storage).to(other);
        }
        try (Storage storage = ArchiveSamples.memory(List.of())) {
            assertThatThrownBy(() -> into(storage).from(cut)).hasMessageContaining("cut off");

            into(storage).from(other);

            assertThat(ArchiveSamples.all(storage)).hasSize(few.size() + many.size());
        }
    }

    @Test
    void from_bitFlipped_refusedAndNothingHalf() throws IOException {
        byte[] whole = Files.readAllBytes(exported(few));
        Path file = folder.resolve("flipped.pka");
        // The reader's own test flips every bit; here each place of a byte is met, eight bytes apart.
        for (int bit = 0; bit < 8 * whole.length; bit += 9) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            try (Storage storage = ArchiveSamples.memory(List.of())) {
                assertThatThrownBy(() -> into(storage).from(file))
                        .as("bit %d", bit)
                        .isInstanceOf(InvalidBytesException.class);
                List<StoredEntry> stored = ArchiveSamples.all(storage);
                assertSame(stored, few.subList(0, stored.size()));
            }
        }
    }

    @Test
    void from_entryThatIsNotRight_refusedByItsPlaceAndSectionsBeforeAreStored() throws IOException {
        StoredEntry victim = few.get(few.size() - 1);
        byte[] forged = victim.envelope().clone();
        forged[forged.length - 1] ^= 1; // in the signature
        byte[] blob = victim.blob().orElseThrow().clone();
        blob[0] ^= 1;
        assertRefused(victim, forged, victim.blob(), "WRONG_SIGNATURE");
        assertRefused(victim, forged, Optional.empty(), "WRONG_SIGNATURE");
        assertRefused(victim, victim.envelope(), Optional.of(blob), "WRONG_HASH");
        assertRefused(victim, victim.envelope(), Optional.of(new byte[0]), "WRONG_SIZE");
    }

    private void assertRefused(StoredEntry victim, byte[] envelope, Optional<byte[]> blob, String reason)
            throws IOException {
        List<StoredEntry> entries = new ArrayList<>(few);
        entries.set(
                entries.indexOf(victim),
                new StoredEntry(victim.id(), victim.time(), victim.blobHash(), envelope, blob));
        Path file = exported(entries);
        try (Storage storage = ArchiveSamples.memory(List.of())) {
            assertThatThrownBy(() -> into(storage).from(file))
                    .isInstanceOf(InvalidBytesException.class)
                    .hasMessageMatching("archive at byte \\d+: entry refused: " + victim.id() + " " + reason);
            List<StoredEntry> stored = ArchiveSamples.all(storage);
            assertThat(stored).isNotEmpty().hasSizeLessThan(few.size());
            assertSame(stored, few.subList(0, stored.size()));
        }
        Files.delete(file);
    }

    @Test
    void from_archiveOfAnotherNetwork_refusedBeforeAnythingIsStored() {
        Path file = exported(few);
        try (Storage empty = ArchiveSamples.memory(List.of());
                Storage other = ArchiveSamples.memory(foreign)) {
            assertThatThrownBy(() -> into(empty).network(OTHER).from(file))
                    .isInstanceOf(InvalidBytesException.class)
                    .hasMessageContaining("of network " + ArchiveSamples.NETWORK);
            assertThatThrownBy(() -> into(other).from(file)).isInstanceOf(InvalidBytesException.class);
            assertThat(ArchiveSamples.all(empty)).isEmpty();
            assertSame(ArchiveSamples.all(other), foreign);
        }
    }

    @Test
    void from_clockIsBehind_waitsForTheClockAndGoesOn() {
        Path file = exported(few);
        InstantSource early = InstantSource.fixed(Instant.now().minusSeconds(3_600));
        try (Storage storage = ArchiveSamples.memory(List.of())) {
            assertThatThrownBy(() -> into(storage).clock(early).from(file))
                    .hasMessageContaining("lies in the future of this clock");

            into(storage).from(file);

            assertSame(ArchiveSamples.all(storage), few);
        }
    }

    @Test
    void from_chunksOfEntries_comeAlongWithWhatKeepsThem() throws IOException {
        List<byte[]> pieces = ArchiveSamples.blobs(150, 100);
        List<StoredChunk> chunks = pieces.stream()
                .map(bytes -> new StoredChunk(BlobHash.ofBlob(bytes), bytes))
                .toList();
        // Two blobs that share 50 chunks, and some in neither.
        List<StoredEntry> entries = ArchiveSamples.entries(
                ArchiveSamples.NETWORK, List.of(names(chunks, 0, 100), names(chunks, 50, 140), new byte[20]));
        Path file = folder.resolve("chunks.pka");
        byte[] whole;
        try (Storage storage = ArchiveSamples.memory(entries)) {
            putChunks(storage, chunks);
            storage.write(WriteBatch.builder()
                            .removeChunks(List.of(chunks.get(10).hash()))
                            .build())
                    .join();

            ArchiveSummary written =
                    smallSections(storage).chunks(new BlobChunks()).to(file);

            assertThat(written.chunks()).isEqualTo(139);
            whole = Files.readAllBytes(file);
            Path resumed = folder.resolve("resumed.pka");
            for (int length = 0; length < whole.length; length += 31) {
                Files.write(folder.resolve("resumed.pka.part"), Arrays.copyOf(whole, length));
                smallSections(storage).chunks(new BlobChunks()).to(resumed);
                assertThat(Files.readAllBytes(resumed)).as("cut at %d", length).isEqualTo(whole);
                Files.delete(resumed);
            }
        }
        for (int length = whole.length / 3; length < whole.length; length += 997) {
            try (Storage storage = ArchiveSamples.memory(List.of())) {
                Path cut = Files.write(folder.resolve("cut.pka"), Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> into(storage).chunks(new BlobChunks()).from(cut))
                        .hasMessageContaining("cut off");
                into(storage).chunks(new BlobChunks()).from(file);
                assertThat(storage.chunksPresent(
                                        chunks.stream().map(StoredChunk::hash).toList())
                                .join()
                                .cardinality())
                        .isEqualTo(139);
                assertThat(storage.records(BlobChunks.WANTED, Optional.empty(), 10, 10_000)
                                .join())
                        .hasSize(2);
                assertThat(storage.records(BlobChunks.USE, Optional.empty(), 1_000, 100_000)
                                .join())
                        .hasSize(139);
            }
        }
        try (Storage storage = ArchiveSamples.memory(List.of())) {
            assertThatThrownBy(() -> into(storage).from(file)).hasMessageContaining("stands behind no entry");
        }
    }

    @Test
    void from_largeBlob_nextNodeThereHasItWhole() throws IOException {
        byte[] content = ArchiveSamples.blobs(1, 3_000_000).get(0);
        Path file = folder.resolve("large.pka");
        StorageFactory first = MemoryStorage.factory();
        BlobHash hash;
        try (PeerkitNode node = ArchiveSamples.node(first, ArchiveSamples.NETWORK, new NodeListener() {})) {
            hash = node.publish(new ByteArrayInputStream(content), content.length)
                    .join();
        }
        try (Storage storage = first.open()) {
            assertThat(ArchiveExport.of(storage).to(file).chunks()).isGreaterThan(3);
        }
        StorageFactory second = SqliteStorage.at(folder.resolve("large.db"));
        try (Storage storage = second.open()) {
            into(storage).from(file);
            into(storage).from(file);
            ArchiveExport.of(storage).to(folder.resolve("again.pka"));
            assertThat(StoredContents.read(storage, 1).largeBlobBytes()).isEqualTo(content.length);
        }
        assertThat(Files.mismatch(file, folder.resolve("again.pka"))).isEqualTo(-1);
        CompletableFuture<BlobHash> complete = new CompletableFuture<>();
        NodeListener listener = new NodeListener() {
            @Override
            public void blobComplete(EntryId entry, BlobHash whole, long size) {
                complete.complete(whole);
            }
        };
        try (PeerkitNode node = ArchiveSamples.node(second, ArchiveSamples.NETWORK, listener)) {
            assertThat(complete.join()).isEqualTo(hash);
            try (InputStream opened = node.openBlob(hash).join().orElseThrow()) {
                assertThat(opened.readAllBytes()).isEqualTo(content);
            }
        }
    }

    @Test
    void from_largeBlobThatWasPublishedThere_chunksUsedOnceAsBefore() {
        byte[] content = ArchiveSamples.blobs(1, 3_000_000).get(0);
        Path file = folder.resolve("large.pka");
        StorageFactory store = MemoryStorage.factory();
        BlobHash hash;
        try (PeerkitNode node = ArchiveSamples.node(store, ArchiveSamples.NETWORK, new NodeListener() {})) {
            hash = node.publish(new ByteArrayInputStream(content), content.length)
                    .join();
        }
        int uses;
        try (Storage storage = store.open()) {
            uses = uses(storage);
            ArchiveExport.of(storage).to(file);
            into(storage).from(file);
            assertThat(uses(storage)).isEqualTo(2 * uses);
        }
        CompletableFuture<BlobHash> complete = new CompletableFuture<>();
        NodeListener listener = new NodeListener() {
            @Override
            public void blobComplete(EntryId entry, BlobHash whole, long size) {
                complete.complete(whole);
            }
        };
        try (PeerkitNode node = ArchiveSamples.node(store, ArchiveSamples.NETWORK, listener)) {
            assertThat(complete.join()).isEqualTo(hash);
            assertThat(node.openBlob(hash).join()).isPresent();
        }
        try (Storage storage = store.open()) {
            assertThat(uses(storage)).isEqualTo(uses);
            assertThat(StoredContents.read(storage, 1).largeBlobBytes()).isEqualTo(content.length);
        }
    }

    private static int uses(Storage storage) {
        return storage.records("chunk-use", Optional.empty(), 1_000, 1_000_000)
                .join()
                .size();
    }

    private static byte[] names(List<StoredChunk> chunks, int from, int to) {
        byte[] names = new byte[32 * (to - from)];
        for (int i = from; i < to; i++) {
            chunks.get(i).hash().copyTo(names, 32 * (i - from));
        }
        return names;
    }

    private static void putChunks(Storage storage, List<StoredChunk> chunks) {
        for (int i = 0; i < chunks.size(); i += WriteBatch.MAX_CHUNKS) {
            storage.write(WriteBatch.builder()
                            .chunks(chunks.subList(i, Math.min(chunks.size(), i + WriteBatch.MAX_CHUNKS)))
                            .build())
                    .join();
        }
    }
}
