// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Gets the npm packages of a folder when they are missing or older than its lock file: for tests of this repository. */
public final class NpmPackages {
    private static final long INSTALL_SECONDS = 180;

    private NpmPackages() {}

    /**
     * Gets them if need be.
     *
     * @param folder has {@code package-lock.json}
     * @return why there are none, or empty when they are there
     * @throws IOException when the folder cannot be read
     * @throws InterruptedException when interrupted while it waits for npm
     */
    public static Optional<String> problem(Path folder) throws IOException, InterruptedException {
        if (run(folder, List.of("node", "--version")) != 0) {
            return Optional.of("node is not installed");
        }
        Path installed = folder.resolve("node_modules/.package-lock.json");
        Path wanted = folder.resolve("package-lock.json");
        boolean fresh = Files.exists(installed)
                && Files.getLastModifiedTime(installed).compareTo(Files.getLastModifiedTime(wanted)) >= 0;
        if (fresh || run(folder, List.of("npm", "ci", "--no-audit", "--no-fund")) == 0) {
            return Optional.empty();
        }
        return Optional.of("npm ci failed in " + folder + ", perhaps the registry cannot be reached");
    }

    /**
     * Gets them if need be, for a test that is skipped without them, and fails instead where {@code CI=true}.
     *
     * @param folder has {@code package-lock.json}
     * @param what is tested, for the reason that is printed
     * @throws IOException when the folder cannot be read
     * @throws InterruptedException when interrupted while it waits for npm
     */
    public static void require(Path folder, String what) throws IOException, InterruptedException {
        Optional<String> problem = problem(folder);
        if (problem.isPresent()) {
            String reason = what + " is skipped: " + problem.get();
            System.out.println(reason);
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail(reason);
            }
            Assumptions.abort(reason);
        }
    }

    private static int run(Path folder, List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return -1;
            }
            return process.exitValue();
        } catch (IOException e) {
            return -1; // no such program
        }
    }
}
