// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import io.peerkit.api.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * The files of a store as a release wrote them, for {@link FileContract#earlierStores}: {@code RecordedStore OPENER TARGET.zip} in a
 * process with the store's test classes. Run it once, with the release whose files are to be kept, before its format changes.
 */
public final class RecordedStore {
    /** More than any recording has: a zip file that unpacks into more is not one of ours. */
    private static final int MAX_FILES = 100;

    private RecordedStore() {}

    /**
     * Fills a new store, closes it and packs its files.
     *
     * @param arguments the class name of a {@link StoreOpener}, which gets the path {@code store} in an empty folder as the place; the
     *     zip file to be made
     * @throws IOException when a file cannot be read or written
     * @throws ReflectiveOperationException when the opener cannot be made
     */
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        StoreOpener opener = Class.forName(arguments[0])
                .asSubclass(StoreOpener.class)
                .getDeclaredConstructor()
                .newInstance();
        Path folder = Files.createTempDirectory("recorded-store");
        try (Storage storage = opener.at(folder.resolve("store").toString()).open()) {
            FileWorkload.fill(storage);
        }
        try (OutputStream out = Files.newOutputStream(Path.of(arguments[1]));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Path file : files(folder)) {
                zip.putNextEntry(new ZipEntry(folder.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, zip);
            }
        }
    }

    /** Every regular file below a folder, in the order of their names. */
    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.filter(Files::isRegularFile).sorted().toList();
        }
    }

    static void unpack(InputStream recorded, Path folder) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(recorded)) {
            int count = 0;
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = folder.resolve(entry.getName()).normalize();
                if (++count > MAX_FILES || !file.startsWith(folder)) {
                    throw new IOException("no recorded store: " + entry.getName());
                }
                Files.createDirectories(file.getParent());
                Files.copy(zip, file);
            }
        }
    }
}
