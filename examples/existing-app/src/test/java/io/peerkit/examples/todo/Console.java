// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.todo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The application in a process of its own, with its console in our hands. */
final class Console implements AutoCloseable {
    private final Process process;
    private final Writer input;
    private final BufferedReader output;

    Console(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        input = process.outputWriter(UTF_8);
        output = process.inputReader(UTF_8);
    }

    /** Waits for the next line and returns what stands behind its beginning. */
    String line(String beginning) throws IOException {
        String line = output.readLine();
        if (line == null || !line.startsWith(beginning)) {
            throw new AssertionError("the application printed " + line + " in place of " + beginning + "...");
        }
        return line.substring(beginning.length());
    }

    /** Types a command and returns what is printed before its end. */
    List<String> type(String command) throws IOException {
        input.write(command + "\n");
        input.flush();
        List<String> lines = new ArrayList<>();
        for (String line = line(""); !line.equals("ok"); line = line("")) {
            lines.add(line);
        }
        return lines;
    }

    /** As {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Ends it in good order. */
    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            input.write("quit\n");
            input.flush();
            process.onExit().join();
        }
    }
}
