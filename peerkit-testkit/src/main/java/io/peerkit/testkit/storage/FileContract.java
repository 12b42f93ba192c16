// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The suite that every {@link Storage} with files of its own passes beside {@link StorageContract} and {@link CrashContract}: a full disk,
 * files that cannot be written, damaged files, files of earlier releases, and bytes that must be gone.
 *
 * <p>A full disk and read-only files take the right to mount; where there is none, these tests are skipped and say so. Damage comes
 * from a seed, which is printed; the system property {@code peerkit.seed} takes it back, {@code peerkit.damage.rounds} sets the number of
 * rounds.
 */
public abstract class FileContract {
    /** How long a round with a damaged file may take, in seconds: far more than it needs, so that what takes longer hangs. */
    private static final long PATIENCE_SECONDS = 60;

    /** The room of the small disk, in bytes: 12 MiB, which every store can be made on. */
    private static final int DISK_BYTES = 12 << 20;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    /** For the subclass. */
    protected FileContract() {}

    /**
     * Names a store.
     *
     * @param place where it is: all of its files have this path, or begin with it, or are in a folder of such a name
     * @return opens the store there, as an application would
     */
    protected abstract StorageFactory at(Path place);

    /**
     * Names a store that looks through all of its files when it is opened.
     *
     * @param place as for {@link #at}
     * @return opens the store so that damage that does not fail the opening or a read cannot make things missing either; what {@link #at}
     *     returns, unless the store has an integrity check to ask for
     */
    protected StorageFactory checkedAt(Path place) {
        return at(place);
    }

    /**
     * Names stores that earlier releases wrote, made by {@link RecordedStore}.
     *
     * @return resources beside the subclass, as {@code store-2.zip}; none while no release has another format than today's
     */
    protected abstract List<String> earlierStores();

    /**
     * How many files are damaged.
     *
     * @return 120 unless the system property {@code peerkit.damage.rounds} says otherwise
     */
    protected int damageRounds() {
        return Integer.getInteger("peerkit.damage.rounds", 120);
    }

    // --- damage ---

    /**
     * Changes bits, cuts files, and puts blocks in the wrong place: opening and reading are right or refused, never wrong, and end.
     *
     * @throws Exception when files cannot be copied
     */
    @Test
    public void open_fileDamaged_rightAnswersOrStorageException() throws Exception {
        long seed = Long.getLong("peerkit.seed", 20_261_120);
        System.out.println(getClass().getSimpleName() + ": -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        Path whole = Files.createDirectory(folder.resolve("whole"));
        fill(whole);
        int refused = 0;
        for (int round = 0; round < damageRounds(); round++) {
            Path copy = folder.resolve("round" + round);
            String what = DamagedCopy.make(whole, copy, random);
            boolean checked = round % 2 == 0;
            refused += within(what + " in round " + round + ", seed " + seed, () -> isRefused(copy, checked)) ? 1 : 0;
            DamagedCopy.delete(copy);
        }
        assertThat(refused).as("damage that was noticed").isGreaterThan(damageRounds() / 10);
    }

    /** Opens, reads and writes; says whether anything of it was refused. */
    private boolean isRefused(Path copy, boolean checked) {
        Path place = copy.resolve("store");
        try (Storage storage = (checked ? checkedAt(place) : at(place)).open()) {
            int refused = FileWorkload.check(storage, checked);
            StoreUnderTest.await(storage.write(FileWorkload.more(0)));
            return refused > 0;
        } catch (StorageException e) {
            assertThat(e).message().isNotBlank();
            return true;
        }
    }

    private static boolean within(String what, BooleanSupplier round) throws InterruptedException {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                done.complete(round.getAsBoolean());
            } catch (Throwable e) { // it is the test's, whatever it is
                done.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        try {
            return done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(what, e.getCause());
        } catch (TimeoutException e) {
            AssertionError hangs = new AssertionError(what + ": hangs");
            hangs.setStackTrace(thread.getStackTrace());
            throw hangs;
        }
    }

    // --- earlier releases ---

    /**
     * Opens what earlier releases wrote, twice, and writes to it.
     *
     * @throws IOException when a recording cannot be unpacked
     */
    @Test
    public void open_earlierRelease_everythingThereAndWritable() throws IOException {
        assumeTrue(!earlierStores().isEmpty(), "no release had another format");
        for (String name : earlierStores()) {
            Path inner = Files.createDirectory(folder.resolve(name));
            Path place = inner.resolve("store");
            try (InputStream recorded = getClass().getResourceAsStream(name)) {
                RecordedStore.unpack(Objects.requireNonNull(recorded, name), inner);
            }
            try (Storage storage = at(place).open()) {
                FileWorkload.checkWhole(storage);
            }
            try (Storage storage = checkedAt(place).open()) {
                FileWorkload.checkWhole(storage);
                assertThat(StoreUnderTest.await(storage.write(FileWorkload.more(0)))
                                .cardinality())
                        .isPositive();
            }
            checkedAt(place).open().close();
        }
    }

    // --- removal ---

    /**
     * Removes some of everything, small and large.
     *
     * @throws IOException when a file cannot be read
     */
    @Test
    public void compact_everyKindRemoved_inNoFile() throws IOException {
        try (Storage storage = at(place()).open()) {
            StoreUnderTest.await(storage.write(FileWorkload.more(0)));
            StoreUnderTest.await(storage.write(MarkedThings.everyKind()));
            StoreUnderTest.await(storage.write(FileWorkload.more(1)));
            // Also where values are sealed: the key of a record is not.
            assertThat(MarkedThings.filesWithMarker(folder)).isNotEmpty();

            StoreUnderTest.await(storage.write(MarkedThings.removalOfEveryKind()));
            StoreUnderTest.await(storage.compact());

            assertThat(MarkedThings.filesWithMarker(folder)).isEmpty();
        }
        assertThat(MarkedThings.filesWithMarker(folder)).isEmpty();
        checkedAt(place()).open().close();
    }

    /**
     * Adds and removes in random order, so that whatever the store keeps things in is split, merged and moved about.
     *
     * @throws IOException when a file cannot be read
     */
    @Test
    public void compact_manyRemovedInRandomOrder_inNoFile() throws IOException {
        Random random = new Random(20_260_102);
        try (Storage storage = at(place()).open()) {
            for (List<Integer> some : MarkedThings.shuffled(random)) {
                StoreUnderTest.await(storage.write(MarkedThings.many(some)));
            }
            for (List<Integer> some : MarkedThings.shuffled(random)) {
                StoreUnderTest.await(storage.write(MarkedThings.removalOf(some)));
            }
            StoreUnderTest.await(storage.compact());

            assertThat(MarkedThings.filesWithMarker(folder)).isEmpty();
            assertThat(StoreUnderTest.await(storage.count())).isZero();
        }
        assertThat(MarkedThings.filesWithMarker(folder)).isEmpty();
    }

    // --- disks ---

    /**
     * Fills the disk under an open store, and makes room again.
     *
     * @throws Exception when the disk cannot be filled
     */
    @Test
    public void write_diskFullThenRoomAgain_failsWholeThenWorks() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder, DISK_BYTES)) {
            List<Integer> stored = new ArrayList<>();
            try (Storage storage = at(place()).open()) {
                stored.add(write(storage, 0));
                disk.fill();
                int refused = 0;
                // What the store has set aside takes a few more.
                for (int i = 1; i < 200 && refused < 3; i++) {
                    if (isRefusedForLackOfRoom(storage, i)) {
                        refused++;
                    } else {
                        stored.add(i);
                    }
                    assertBatches(storage, stored);
                }
                assertThat(refused).isEqualTo(3);

                disk.empty();
                stored.add(write(storage, 200));
                assertBatches(storage, stored);
            }
            try (Storage storage = checkedAt(place()).open()) {
                assertBatches(storage, stored);
            }
        }
    }

    /**
     * Opens a new store where there is no room for it.
     *
     * @throws Exception when the disk cannot be filled
     */
    @Test
    public void open_diskFull_refused() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder, DISK_BYTES)) {
            disk.fill();

            assertThatThrownBy(() -> at(place()).open())
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("disk is full");

            disk.empty();
            try (Storage storage = at(place()).open()) {
                assertThat(StoreUnderTest.await(storage.count())).isZero();
            }
        }
    }

    private static int write(Storage storage, int number) {
        StoreUnderTest.await(storage.write(FileWorkload.more(number)));
        return number;
    }

    private static boolean isRefusedForLackOfRoom(Storage storage, int number) {
        try {
            write(storage, number);
            return false;
        } catch (StorageException e) {
            assertThat(e).hasMessageContaining("disk is full");
            return true;
        }
    }

    private static void assertBatches(Storage storage, List<Integer> batches) {
        assertThat(StoreUnderTest.await(storage.count())).isEqualTo((long) FileWorkload.BATCH * batches.size());
    }

    /**
     * Opens a store on a disk that became read-only, and one that is not there yet.
     *
     * @throws Exception when nothing can be made read-only
     */
    @Test
    public void open_readOnlyFolder_refusedAndLeftAsItIs() throws Exception {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        fill(inner);
        SmallDisk.whileReadOnly(inner, () -> {
            assertRefused(inner.resolve("store"));
            assertRefused(inner.resolve("new"));
        });
        try (Storage storage = checkedAt(inner.resolve("store")).open()) {
            FileWorkload.checkWhole(storage);
        }
    }

    /**
     * Opens a store of which one file cannot be written, for each of its files.
     *
     * @throws Exception when nothing can be made read-only
     */
    @Test
    public void open_readOnlyFile_refusedOrWritableAndNothingLost() throws Exception {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        fill(inner);
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger batches = new AtomicInteger();
        for (Path file : RecordedStore.files(inner)) {
            SmallDisk.whileReadOnly(file, () -> {
                try (Storage storage = at(inner.resolve("store")).open()) {
                    StoreUnderTest.await(storage.write(FileWorkload.more(batches.get())));
                    batches.incrementAndGet();
                } catch (StorageException e) {
                    assertThat(e).message().isNotBlank();
                    refused.incrementAndGet();
                }
            });
            try (Storage storage = checkedAt(inner.resolve("store")).open()) {
                assertThat(StoreUnderTest.await(storage.count()))
                        .isEqualTo(FileWorkload.ENTRIES + (long) FileWorkload.BATCH * batches.get());
            }
        }
        assertThat(refused).as("files that must be writable").hasPositiveValue();
    }

    private void assertRefused(Path place) {
        assertThatThrownBy(() -> at(place).open())
                .isInstanceOf(StorageException.class)
                .message()
                .isNotBlank();
    }

    private Path place() {
        return folder.resolve("store");
    }

    private void fill(Path inner) {
        try (Storage storage = at(inner.resolve("store")).open()) {
            FileWorkload.fill(storage);
        }
    }
}
