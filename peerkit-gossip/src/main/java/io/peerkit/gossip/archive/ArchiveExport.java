// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.archive;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.internal.archive.ArchiveFormat;
import io.peerkit.gossip.internal.archive.ExportRun;
import io.peerkit.gossip.internal.archive.LargeBlobChunks;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes the entries of a store into one portable file, in the order of their keys.
 *
 * <p>What is in it: entries with their blobs, and the chunks of large ones. What is not: private keys, agent cards,
 * metadata, records. The file is as readable as the data in it. An entry without a blob in the store, because the
 * application keeps the blob itself or declined it, is written without one.
 *
 * <p>The file is written beside its place, as {@code FILE.part}, open to its owner alone, and put there when it is complete. An
 * export to the same place after one that was cut goes on where that one stopped. Memory is bounded, however much there is.
 *
 * <p>For one thread.
 */
public final class ArchiveExport {
    private final Storage storage;
    private Optional<NetworkId> network = Optional.empty();
    private EntryChunks chunks = new LargeBlobChunks();
    private int sectionBytes = ArchiveFormat.MAX_SECTION_BYTES;
    private Consumer<ArchiveSummary> progress = written -> {};

    private ArchiveExport(Storage storage) {
        this.storage = storage;
    }

    /**
     * Prepares an export.
     *
     * @param storage open; not closed here
     * @return the export, which does nothing yet
     */
    public static ArchiveExport of(Storage storage) {
        return new ArchiveExport(storage);
    }

    /**
     * Takes entries of one network. Needed only where the store has entries of several, or none.
     *
     * @param wanted the network
     * @return this
     */
    public ArchiveExport network(NetworkId wanted) {
        network = Optional.of(wanted);
        return this;
    }

    /**
     * Takes other chunks along than those of large blobs.
     *
     * @param names names those of each entry
     * @return this
     */
    public ArchiveExport chunks(EntryChunks names) {
        chunks = names;
        return this;
    }

    /**
     * Closes sections earlier. A cut or damage costs what stands behind the last whole section; each end of a section costs 50
     * bytes and, at an import, a commit.
     *
     * @param bytes 1,024 to 4,194,304, the default; a longer entry is a section of its own
     * @return this
     * @throws InvalidSettingException when {@code bytes} is out of range
     */
    public ArchiveExport sectionBytes(int bytes) {
        if (bytes < ArchiveFormat.MIN_SECTION_BYTES || bytes > ArchiveFormat.MAX_SECTION_BYTES) {
            throw new InvalidSettingException("sectionBytes of " + bytes + ", must be "
                    + ArchiveFormat.MIN_SECTION_BYTES + " to " + ArchiveFormat.MAX_SECTION_BYTES);
        }
        sectionBytes = bytes;
        return this;
    }

    /**
     * Watches.
     *
     * @param listener is told, on the thread of the export, what is in the file after each section
     * @return this
     */
    public ArchiveExport progress(Consumer<ArchiveSummary> listener) {
        progress = listener;
        return this;
    }

    /**
     * Runs the export. Blocks: call it from a thread that may, which is no thread of the store.
     *
     * @param file where there must be no file yet
     * @return what is in it
     * @throws io.peerkit.api.StorageException when the file is there already, another export writes it, or store or disk
     *     fail; after a failure of the disk, the next export to the same place goes on
     * @throws InvalidSettingException when the store does not tell of which network the archive should be
     */
    public ArchiveSummary to(Path file) {
        return new ExportRun(new ExportRun.Parts(storage, network, chunks, sectionBytes, progress)).to(file);
    }
}
