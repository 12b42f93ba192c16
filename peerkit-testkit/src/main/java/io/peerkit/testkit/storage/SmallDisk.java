// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system in memory that really becomes full, and places that really cannot be written. Both need the right to mount. */
final class SmallDisk implements AutoCloseable {
    private final Path folder;
    private final Path ballast;

    private SmallDisk(Path folder) {
        this.folder = folder;
        ballast = folder.resolve("ballast");
    }

    /** Mounts one over a folder; skips the test where that is not allowed. */
    static SmallDisk mount(Path folder, int bytes) {
        if (!run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", folder.toString())) {
            skip("no right to mount a small file system here");
        }
        return new SmallDisk(folder);
    }

    /** Takes all the room that is left. */
    void fill() throws IOException {
        byte[] page = new byte[4_096];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    /** Gives the room back that {@link #fill} took. */
    void empty() throws IOException {
        Files.delete(ballast);
    }

    @Override
    public void close() {
        assertThat(run("umount", folder.toString())).isTrue();
    }

    /**
     * Does something while a file or folder is read-only: mounted over itself, as modes do not hold for root; by its mode where mounting
     * is not allowed. Skips the test where neither works.
     */
    static void whileReadOnly(Path path, Runnable work) {
        String name = path.toString();
        if (run("mount", "--bind", name, name)) {
            try {
                if (run("mount", "-o", "remount,bind,ro", name)) {
                    work.run();
                    return;
                }
            } finally {
                assertThat(run("umount", name)).isTrue();
            }
        }
        if (!path.toFile().setWritable(false) || Files.isWritable(path)) {
            skip("no right to mount anything read-only, and modes do not hold here");
        }
        try {
            work.run();
        } finally {
            assertThat(path.toFile().setWritable(true)).isTrue();
        }
    }

    private static void skip(String reason) {
        System.out.println("skipped: " + reason);
        abort(reason);
    }

    private static boolean run(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false; // no such program
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
