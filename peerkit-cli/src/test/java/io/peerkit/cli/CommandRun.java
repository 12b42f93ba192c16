// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A run of the command in a process of its own.
 *
 * @param exitCode of the process
 * @param output all of its standard output
 * @param errors its standard error
 */
record CommandRun(int exitCode, String output, String errors) {
    private static final int PATIENCE_SECONDS = 120;

    static CommandRun of(Path folder, List<String> javaOptions, String... arguments)
            throws IOException, InterruptedException {
        return of(folder, javaOptions, Map.of(), arguments);
    }

    static CommandRun of(Path folder, List<String> javaOptions, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(javaOptions);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        line.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "run", ".out");
        Path errors = Files.createTempFile(folder, "run", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("process " + process.pid() + " did not end");
        }
        return new CommandRun(
                process.exitValue(),
                Files.readString(output, StandardCharsets.UTF_8),
                Files.readString(errors, StandardCharsets.UTF_8));
    }

    /** The last line of its output. */
    JsonNode json() throws IOException {
        return JsonLines.JSON.readTree(output.substring(output.stripTrailing().lastIndexOf('\n') + 1));
    }
}
