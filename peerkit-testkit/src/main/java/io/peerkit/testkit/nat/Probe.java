// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.nat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A process at work in a room of the lab; it answers each line with one. */
public final class Probe implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;

    /** Starts a program that lives in the tests. */
    public Probe(NatLab lab, NatLab.Room room, Class<?> program) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        process = new ProcessBuilder(lab.in(room, List.of(java, "-Xmx128m", "-cp", classPath(), program.getName())))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** What this process runs with, modules or not. */
    private static String classPath() {
        return String.join(
                File.pathSeparator,
                System.getProperty("java.class.path", ""),
                System.getProperty("jdk.module.path", ""),
                Path.of("target", "classes").toAbsolutePath().toString(),
                Path.of("target", "test-classes").toAbsolutePath().toString());
    }

    /** The answer to a line. */
    public String ask(String command) {
        try {
            process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            String answer = answers.readLine();
            return answer == null ? "ended" : answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The answer to a line, once it is there. */
    public CompletableFuture<String> askAsync(String command) {
        return CompletableFuture.supplyAsync(() -> ask(command));
    }

    @Override
    public void close() {
        process.destroy();
    }
}
