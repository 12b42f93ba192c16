// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.archive;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.internal.archive.ArchiveReader;
import io.peerkit.gossip.internal.archive.ImportRun;
import io.peerkit.gossip.internal.archive.LargeBlobChunks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Takes the entries of an archive into a store that no node uses.
 *
 * <p>Nothing is believed: hash, signature, network and bounds of each entry are checked as if a peer had sent it. The file is
 * read in sections; each is stored whole or not at all, together with the place where an import of the same file goes
 * on after a cut. A large blob is left as a download that was interrupted: the next node on the store checks it as a whole. An entry that the store has is left as it is. The hooks of an application are not asked.
 *
 * <p>For one thread.
 */
public final class ArchiveImport {
    private final Storage storage;
    private final Agent agent;
    private Optional<NetworkId> network = Optional.empty();
    private EntryChunks chunks = new LargeBlobChunks();
    private InstantSource clock = InstantSource.system();
    private Consumer<ArchiveSummary> progress = read -> {};

    private ArchiveImport(Storage storage, Agent agent) {
        this.storage = storage;
        this.agent = agent;
    }

    /**
     * Prepares an import.
     *
     * @param storage open; not closed here
     * @param agent checks signatures; any agent does
     * @return the import, which does nothing yet
     */
    public static ArchiveImport into(Storage storage, Agent agent) {
        return new ArchiveImport(storage, agent);
    }

    /**
     * Reads of which network an archive says to be, and nothing else of it.
     *
     * @param file an archive
     * @return the network
     * @throws InvalidBytesException when it is no archive, or of another version
     * @throws StorageException when it cannot be read
     */
    public static NetworkId networkOf(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new ArchiveReader(channel).network();
        } catch (IOException e) {
            throw new StorageException(file + " cannot be read: " + e, e);
        }
    }

    /**
     * Wants an archive of one network. Otherwise it has to be the network of the store's first entry, and an empty store takes any.
     *
     * @param wanted the network
     * @return this
     */
    public ArchiveImport network(NetworkId wanted) {
        network = Optional.of(wanted);
        return this;
    }

    /**
     * Takes other chunks in than those of large blobs.
     *
     * @param keeper says what keeps them
     * @return this
     */
    public ArchiveImport chunks(EntryChunks keeper) {
        chunks = keeper;
        return this;
    }

    /**
     * Sets the clock. An entry more than 60 s ahead of it ends the import, which goes on when it is repeated after that time.
     *
     * @param wall the clock; the system's by default
     * @return this
     */
    public ArchiveImport clock(InstantSource wall) {
        clock = wall;
        return this;
    }

    /**
     * Watches.
     *
     * @param listener is told, on the thread of the import, what was read after each section
     * @return this
     */
    public ArchiveImport progress(Consumer<ArchiveSummary> listener) {
        progress = listener;
        return this;
    }

    /**
     * Runs the import. Blocks: call it from a thread that may, which is no thread of the store.
     *
     * @param file an archive
     * @return what is in it, all of which is now in the store
     * @throws InvalidBytesException when the file is no archive, of another network, cut, damaged, or has an entry that is not
     *     right; the message names the byte. All sections before it are stored
     * @throws StorageException when store or disk fail; repeating the import goes on
     */
    public ArchiveSummary from(Path file) {
        return new ImportRun(new ImportRun.Parts(storage, agent, network, chunks, clock, progress)).from(file);
    }
}
