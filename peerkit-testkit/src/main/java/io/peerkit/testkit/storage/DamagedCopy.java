// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Copies of a store's files, one of which a disk, a file system or a careless hand has changed. */
final class DamagedCopy {
    /** What most disks and file systems write at once, in bytes. */
    private static final int BLOCK_BYTES = 4_096;

    /** Where files say what they are. */
    private static final int HEAD_BYTES = 100;

    private static final int MANY_BITS = 20;

    private DamagedCopy() {}

    /** Copies a folder and damages one of the files that have bytes; returns what was done to which. */
    static String make(Path whole, Path copy, Random random) throws IOException {
        for (Path file : RecordedStore.files(whole)) {
            Path target = copy.resolve(whole.relativize(file));
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        List<Path> files = RecordedStore.files(copy).stream()
                .filter(file -> file.toFile().length() > 0)
                .toList();
        Path file = files.get(random.nextInt(files.size()));
        byte[] bytes = Files.readAllBytes(file);
        int kind = random.nextInt(6);
        Files.write(file, damaged(bytes, kind, random));
        return copy.relativize(file)
                + List.of(
                                ": a bit of its head changed",
                                ": a bit changed",
                                ": bits changed",
                                ": cut short",
                                ": a block of zeros",
                                ": a block in the place of another")
                        .get(kind);
    }

    private static byte[] damaged(byte[] bytes, int kind, Random random) {
        int at = random.nextInt(bytes.length);
        int block = at / BLOCK_BYTES * BLOCK_BYTES;
        int length = Math.min(BLOCK_BYTES, bytes.length - block);
        switch (kind) {
            case 0 -> flip(bytes, random.nextInt(Math.min(HEAD_BYTES, bytes.length)), random);
            case 1 -> flip(bytes, at, random);
            case 2 -> {
                for (int i = 0; i < MANY_BITS; i++) {
                    flip(bytes, random.nextInt(bytes.length), random);
                }
            }
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> Arrays.fill(bytes, block, block + length, (byte) 0);
            default -> {
                int other = random.nextInt(bytes.length - length + 1) / BLOCK_BYTES * BLOCK_BYTES;
                System.arraycopy(bytes, other, bytes, block, length);
            }
        }
        return bytes;
    }

    private static void flip(byte[] bytes, int at, Random random) {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
    }

    static void delete(Path copy) throws IOException {
        try (Stream<Path> tree = Files.walk(copy)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
