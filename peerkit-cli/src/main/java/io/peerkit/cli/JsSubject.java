// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** js-libp2p in Node processes, from {@code interop/js}, driven by JSON lines. */
final class JsSubject implements TransportSubject {
    private static final String SCRIPT = "transport-bench.mjs";

    private final Process process;
    private final Writer commands;
    private final BufferedReader answers;

    JsSubject(Path root, TransportStack stack) throws IOException {
        process = new ProcessBuilder(List.of("node", SCRIPT, "--stack", stack.label()))
                .directory(folder(root).toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        commands = process.outputWriter(StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        JsonNode unused = answer();
    }

    private static Path folder(Path root) {
        return root.resolve("interop").resolve("js");
    }

    /** Why it cannot be measured, if so. */
    static Optional<String> missing(Path root) {
        Path folder = folder(root);
        if (!Files.isRegularFile(folder.resolve(SCRIPT))) {
            return Optional.of(folder + " is not here");
        }
        if (!Files.isDirectory(folder.resolve("node_modules"))) {
            return Optional.of("npm ci has not run in " + folder);
        }
        return Optional.empty();
    }

    private JsonNode ask(ObjectNode command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
        return answer();
    }

    private JsonNode answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(SCRIPT + " ended early");
        }
        JsonNode answer = JsonLines.JSON.readTree(line);
        if (!answer.path("ok").asBoolean()) {
            throw new IOException(SCRIPT + ": " + answer.path("message").asText());
        }
        return answer;
    }

    private static ObjectNode command(String name) {
        return JsonLines.JSON.createObjectNode().put("cmd", name);
    }

    @Override
    public double megabytesPerSecond(int megabytes) throws IOException {
        return ask(command("up").put("megabytes", megabytes)).path("figure").asDouble();
    }

    @Override
    public double messagesPerSecond(int count) throws IOException {
        return ask(command("messages").put("count", count).put("bytes", MESSAGE_BYTES))
                .path("figure")
                .asDouble();
    }

    @Override
    public double[] dialMillis(int count) throws IOException {
        return list(ask(command("dial").put("count", count)));
    }

    @Override
    public double[] echoMillis(int count, boolean underLoad) throws IOException {
        return list(ask(command("echo").put("count", count).put("load", underLoad)));
    }

    private static double[] list(JsonNode answer) {
        JsonNode figures = answer.path("figures");
        double[] list = new double[figures.size()];
        for (int i = 0; i < list.length; i++) {
            list[i] = figures.get(i).asDouble();
        }
        return list;
    }

    @Override
    public void close() throws IOException {
        commands.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
