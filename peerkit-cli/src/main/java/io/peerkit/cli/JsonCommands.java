// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.PeerkitNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Carries out commands that arrive as JSON lines; each is answered by one object with the command's {@code id}. */
final class JsonCommands {
    /** Knows how to carry out a command other than {@code quit}. */
    @FunctionalInterface
    interface Answers {
        /**
         * Carries out one command.
         *
         * @param command the object that was read
         * @return a future of the fields to answer with; may throw instead of failing it
         */
        CompletableFuture<ObjectNode> answer(JsonNode command);
    }

    /** The longest command in characters: the largest blob in base64 and some room. */
    static final int MAX_LINE = 2 * PeerkitNode.MAX_BLOB_BYTES;

    /** A second object on a line would otherwise be dropped without an answer. */
    private static final ObjectReader ONE_VALUE =
            JsonLines.JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final JsonLines lines;
    private final UntilTold lifetime;
    private final Answers answers;

    JsonCommands(Answers answers, JsonLines lines, UntilTold lifetime) {
        this.answers = answers;
        this.lines = lines;
        this.lifetime = lifetime;
    }

    void readInBackground(InputStream in, boolean endWithInput) {
        Thread reader = new Thread(() -> read(in, endWithInput), "peerkit-commands");
        reader.setDaemon(true);
        reader.start();
    }

    void read(InputStream in, boolean endWithInput) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            BoundedLines bounded = new BoundedLines(reader, MAX_LINE);
            for (var line = bounded.next(); line.isPresent(); line = bounded.next()) {
                if (!line.get().isBlank()) {
                    carryOut(line.get());
                }
            }
        } catch (IOException e) {
            System.err.println("peerkit: standard input failed: " + e.getMessage());
        }
        if (endWithInput) {
            lifetime.end();
        }
    }

    void carryOut(String line) {
        JsonNode command;
        try {
            command = ONE_VALUE.readTree(line);
        } catch (JsonProcessingException e) {
            lines.write(badJson(e.getOriginalMessage()));
            return;
        }
        if (!command.isObject()) {
            lines.write(badJson("it is a " + command.getNodeType().name().toLowerCase(Locale.ROOT)));
            return;
        }
        JsonNode id = command.path("id");
        boolean quit = command.path("cmd").asText().equals("quit");
        CompletableFuture<ObjectNode> answer;
        try {
            answer = quit ? CompletableFuture.completedFuture(empty()) : answers.answer(command);
        } catch (RuntimeException e) { // whatever it is, this command gets its answer and the next is read
            answer = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Void> unused = answer.handle(
                        (value, failure) -> failure == null ? ok(id, value) : failed(id, failure))
                .thenAccept(lines::write)
                .thenRun(() -> {
                    if (quit) {
                        lifetime.end();
                    }
                });
    }

    private static ObjectNode badJson(String why) {
        return failed(JsonLines.JSON.nullNode(), "bad-json", "not one JSON object: " + why);
    }

    private static ObjectNode ok(JsonNode id, ObjectNode value) {
        ObjectNode answer = empty();
        answer.set("id", id.isMissingNode() ? JsonLines.JSON.nullNode() : id);
        return answer.put("ok", true).setAll(value);
    }

    private static ObjectNode failed(JsonNode id, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof PeerkitException e) {
            return failed(id, e.code(), String.valueOf(e.getMessage()));
        }
        if (cause instanceof CommandException e) {
            return failed(id, e.code(), String.valueOf(e.getMessage()));
        }
        return failed(
                id,
                cause instanceof IllegalArgumentException ? "bad-argument" : "internal",
                String.valueOf(cause.getMessage()));
    }

    private static ObjectNode failed(JsonNode id, String code, String message) {
        ObjectNode answer = empty();
        answer.set("id", id.isMissingNode() ? JsonLines.JSON.nullNode() : id);
        return answer.put("ok", false).put("error", code).put("message", message);
    }

    private static ObjectNode empty() {
        return JsonLines.JSON.createObjectNode();
    }
}
