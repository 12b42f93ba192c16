// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A node in a process of its own, driven by JSON lines. It ends when this process does, however that happens.
 *
 * <p>Safe for use by any thread. Remembers every event but {@code integrated}, which may be many.
 */
final class NodeProcess implements AutoCloseable {
    /** How long a process may take to say it is ready, or to end, in seconds. */
    private static final int PATIENCE_SECONDS = 30;

    private final Process process;
    private final BufferedWriter commands;
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private final List<Expectation> expectations = new CopyOnWriteArrayList<>();
    private int lastId;

    private record Expectation(Predicate<JsonNode> wanted, CompletableFuture<JsonNode> found) {}

    private NodeProcess(Process process) {
        this.process = process;
        this.commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        Thread reader = new Thread(this::read, "peerkit-node-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts {@code peerkit node --json} on the classes of this process.
     *
     * @param log receives its standard error
     * @param arguments further ones
     * @return the process, which may not be ready yet
     */
    static NodeProcess start(Path log, List<String> arguments) throws IOException {
        return start(log, List.of(), arguments);
    }

    /**
     * Starts {@code peerkit node --json} on the classes of this process.
     *
     * @param log receives its standard error
     * @param javaOptions for its virtual machine
     * @param arguments further ones
     * @return the process, which may not be ready yet
     */
    static NodeProcess start(Path log, List<String> javaOptions, List<String> arguments) throws IOException {
        return launch(log, "node", javaOptions, Map.of(), arguments);
    }

    /**
     * Starts {@code peerkit node --json} on the classes of this process.
     *
     * @param log receives its standard error
     * @param environment what it has beside this process's
     * @param arguments further ones
     * @return the process, which may not be ready yet
     */
    static NodeProcess start(Path log, Map<String, String> environment, List<String> arguments) throws IOException {
        return launch(log, "node", List.of(), environment, arguments);
    }

    /** Starts {@code peerkit relay --json} on the classes of this process. */
    static NodeProcess startRelay(Path log, List<String> arguments) throws IOException {
        return launch(log, "relay", List.of(), Map.of(), arguments);
    }

    private static NodeProcess launch(
            Path log, String command, List<String> javaOptions, Map<String, String> environment, List<String> arguments)
            throws IOException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(javaOptions);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        line.addAll(List.of(command, "--json", "--watch-stdin"));
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .directory(new File("."));
        builder.environment().putAll(environment);
        return new NodeProcess(builder.start());
    }

    /** The {@code ready} event, when it comes. */
    CompletableFuture<JsonNode> ready() {
        return event(event -> event.path("event").asText().equals("ready"))
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** The first event of a kind, past or to come. */
    CompletableFuture<JsonNode> event(Predicate<JsonNode> wanted) {
        Expectation expectation = new Expectation(wanted, new CompletableFuture<>());
        expectations.add(expectation);
        events.stream().filter(wanted).findFirst().ifPresent(expectation.found()::complete);
        if (!process.isAlive()) {
            expectation.found().completeExceptionally(gone());
        }
        return expectation.found();
    }

    /** Gives a command and waits for its answer. */
    CompletableFuture<JsonNode> command(String name, Map<String, Object> fields) {
        ObjectNode command = JsonLines.JSON.valueToTree(fields);
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        try {
            synchronized (commands) {
                int id = ++lastId;
                answers.put(id, answer);
                commands.write(command.put("id", id).put("cmd", name).toString());
                commands.newLine();
                commands.flush();
            }
        } catch (IOException e) {
            answer.completeExceptionally(e);
        }
        return answer.thenApply(NodeProcess::checked);
    }

    /** Makes the node publish pseudo-random blobs, the same for the same seed; returns when they are stored. */
    void publishRandom(int count, int size, int seed) {
        command("publish-random", Map.of("count", count, "size", size, "seed", seed))
                .join();
    }

    private static JsonNode checked(JsonNode answer) {
        if (!answer.path("ok").asBoolean()) {
            throw new CommandException(
                    answer.path("error").asText(), answer.path("message").asText());
        }
        return answer;
    }

    /** Ends the process as a power cut would. Returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Asks the process to end by SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Waits for the process to end and gives its exit code. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("node process " + process.pid() + " did not end");
        }
        return process.exitValue();
    }

    /** Asks the process to end, and makes it end. */
    @Override
    public void close() {
        if (process.isAlive()) {
            try {
                synchronized (commands) {
                    commands.close();
                }
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (IOException e) {
                process.destroyForcibly();
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }

    private void awaitEnd() {
        try {
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                take(JsonLines.JSON.readTree(line));
            }
        } catch (IOException e) {
            System.err.println("peerkit: a node's output broke off: " + e.getMessage());
        }
        answers.values().forEach(answer -> answer.completeExceptionally(gone()));
        expectations.forEach(expectation -> expectation.found().completeExceptionally(gone()));
    }

    private void take(JsonNode line) {
        if (!line.has("event")) {
            CompletableFuture<JsonNode> answer = answers.remove(line.path("id").asInt());
            if (answer != null) {
                answer.complete(line);
            }
            return;
        }
        if (!line.path("event").asText().equals("integrated")) {
            events.add(line);
        }
        expectations.removeIf(expectation ->
                expectation.wanted().test(line) && expectation.found().complete(line));
    }

    private IllegalStateException gone() {
        return new IllegalStateException("node process " + process.pid() + " has ended");
    }
}
