// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link LargeBlobProcess} with a heap of 64 MiB. */
final class Running implements AutoCloseable {
    private static final int END_SECONDS = 20;

    private final Process process;
    private final BufferedReader lines;

    private Running(Process process) {
        this.process = process;
        this.lines = process.inputReader(UTF_8);
    }

    /**
     * @param folder where the process has a directory of its own, by its name
     * @param command and its arguments behind the directory
     */
    static Running start(Path folder, String name, String... command) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(name));
        List<String> all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path") + File.pathSeparator + System.getProperty("jdk.module.path", ""),
                LargeBlobProcess.class.getName(),
                command[0],
                directory.toString()));
        all.addAll(Arrays.asList(command).subList(1, command.length));
        return new Running(new ProcessBuilder(all)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Waits for the next line that begins so; others are passed over. */
    String awaitLine(String beginning) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(beginning)) {
                return line;
            }
        }
        throw new AssertionError("the process ended without a line that begins with " + beginning);
    }

    /** Kills the process and waits until it is gone. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Ends the process by the end of its input; kills it when that does not help. */
    @Override
    public void close() throws IOException {
        process.outputWriter(UTF_8).close();
        process.onExit()
                .completeOnTimeout(process, END_SECONDS, TimeUnit.SECONDS)
                .join();
        kill();
        lines.close();
    }
}
