// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** SurrealDB's RPC with nothing of ours in it, one request after the other. */
final class RpcSocket implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

    private final Answers answers = new Answers();
    private final WebSocket socket;
    private int lastId;

    RpcSocket(URI uri) throws Exception {
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .subprotocols("cbor")
                .buildAsync(uri, answers)
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** The whole answer, with {@code result} or {@code error}. */
    JsonNode call(String method, Object... params) throws Exception {
        CompletableFuture<JsonNode> answer = answers.next();
        byte[] request = CBOR.writeValueAsBytes(Map.of("id", ++lastId, "method", method, "params", List.of(params)));
        socket.sendBinary(ByteBuffer.wrap(request), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        JsonNode received = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (received.path("id").asInt() != lastId) {
            throw new AssertionError("answer to " + lastId + " was " + received);
        }
        return received;
    }

    void signIn(SurrealEngine engine) throws Exception {
        JsonNode answer = call("signin", Map.of("user", engine.user(), "pass", engine.password()));
        if (!answer.has("result")) {
            throw new AssertionError(answer.toString());
        }
    }

    /** The result of the last statement; each of them must succeed. */
    JsonNode query(String sql) throws Exception {
        return query(sql, Map.of());
    }

    JsonNode query(String sql, Map<String, Object> parameters) throws Exception {
        JsonNode answer = call("query", sql, parameters);
        JsonNode last = answer.path("result").path(answer.path("result").size() - 1);
        for (JsonNode statement : answer.path("result")) {
            if (!statement.path("status").asText().equals("OK")) {
                throw new AssertionError(answer.toString());
            }
        }
        if (last.isMissingNode()) {
            throw new AssertionError(answer.toString());
        }
        return last.get("result");
    }

    @Override
    public void close() {
        socket.abort();
    }

    /** What comes, whole messages only. The socket calls it from one thread at a time. */
    private static final class Answers implements WebSocket.Listener {
        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
        private CompletableFuture<JsonNode> awaited = new CompletableFuture<>();
        private @Nullable Throwable end;

        synchronized CompletableFuture<JsonNode> next() {
            awaited = end == null ? new CompletableFuture<>() : CompletableFuture.failedFuture(end);
            return awaited;
        }

        @Override
        public synchronized @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            partial.writeBytes(bytes);
            if (last) {
                try {
                    awaited.complete(CBOR.readTree(partial.toByteArray()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                partial.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            onError(socket, new IllegalStateException("closed with " + status + " " + reason));
            return null;
        }

        @Override
        public synchronized void onError(WebSocket socket, Throwable error) {
            end = error;
            awaited.completeExceptionally(error);
        }
    }
}
