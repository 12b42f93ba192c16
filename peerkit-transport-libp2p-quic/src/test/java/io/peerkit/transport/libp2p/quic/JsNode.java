// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A js-libp2p node in a process of its own, driven by JSON lines; {@code interop/js/README.md} lists them. */
final class JsNode implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final OutputStream commands;
    private final List<JsonNode> messages = new ArrayList<>();
    private final JsonNode ready;
    private int lastId;

    JsNode(Path folder, boolean earlyMuxer, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("node", "peer.mjs"));
        if (!earlyMuxer) {
            command.add("--no-early-muxer");
        }
        command.addAll(List.of(options));
        process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = process.getOutputStream();
        Thread reader = new Thread(this::readMessages, "js-node-output");
        reader.setDaemon(true);
        reader.start();
        ready = event("ready", message -> true);
    }

    private void readMessages() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode message = JSON.readTree(line);
                synchronized (messages) {
                    messages.add(message);
                    messages.notifyAll();
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("output of the js node is not JSON lines", e);
        }
    }

    String peer() {
        return ready.get("peerId").asText();
    }

    String address() {
        return ready.get("addresses").get(0).asText();
    }

    /** An empty command with a name, to be filled. */
    static ObjectNode command(String name) {
        return JSON.createObjectNode().put("cmd", name);
    }

    /** Sends a command and waits for its answer, whatever it is. */
    JsonNode ask(ObjectNode command) throws IOException, InterruptedException {
        return answer(send(command));
    }

    /** Sends a command; its answer has the number that is returned. */
    int send(ObjectNode command) throws IOException {
        int id = ++lastId;
        commands.write((command.put("id", id).toString() + "\n").getBytes(StandardCharsets.UTF_8));
        commands.flush();
        return id;
    }

    JsonNode answer(int id) throws InterruptedException {
        return await(message -> message.path("id").asInt() == id);
    }

    /** Waits for an event. */
    JsonNode event(String name, Predicate<JsonNode> condition) throws InterruptedException {
        return await(message -> message.path("event").asText().equals(name) && condition.test(message));
    }

    private JsonNode await(Predicate<JsonNode> condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        synchronized (messages) {
            for (; ; ) {
                for (JsonNode message : messages) {
                    if (condition.test(message)) {
                        return message;
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("js node did not say what was waited for, only " + messages);
                }
                messages.wait(left);
            }
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
