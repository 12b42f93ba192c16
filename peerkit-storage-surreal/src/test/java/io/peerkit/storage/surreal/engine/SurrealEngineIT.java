// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That the engine the other tests rely on is real. */
final class SurrealEngineIT {
    @TempDir
    private Path directory;

    @Test
    void start_whateverIsThere_tellsItsVersionAndAnswersWhoSignsIn() throws Exception {
        try (SurrealEngine engine = SurrealEngine.start(SurrealEngine.Storage.MEMORY, directory)) {
            URI socket = engine.uri();
            URI version =
                    URI.create(socket.toString().replaceFirst("^ws", "http").replaceFirst("rpc$", "version"));
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(version).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).matches("surrealdb-3\\.\\d+\\.\\d+.*");

            try (RpcSocket rpc = new RpcSocket(socket)) {
                assertThat(rpc.call("query", "RETURN 1").has("error")).isTrue();
                assertThat(rpc.call("signin", Map.of("user", engine.user(), "pass", "wrong"))
                                .has("error"))
                        .isTrue();
                rpc.signIn(engine);
                assertThat(rpc.query("RETURN 1").asInt()).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ROCKSDB", "SURREALKV"})
    void killAndRestart_onDisk_keepsPortCredentialsAndWhatWasAnswered(SurrealEngine.Storage storage) throws Exception {
        try (SurrealEngine engine = SurrealEngine.startOwn(storage, directory.resolve("data"))) {
            assertThat(engine.canRestart()).isTrue();
            URI before = engine.uri();
            byte[] bytes = new byte[4_096];
            Arrays.fill(bytes, (byte) 0x9f);
            try (RpcSocket rpc = new RpcSocket(engine.uri())) {
                rpc.signIn(engine);
                rpc.call("use", "test", "test");
                rpc.query("DEFINE TABLE kept; CREATE kept:1 SET data = $data", Map.of("data", bytes));
                engine.kill();
                assertThatThrownBy(() -> rpc.query("RETURN 1")).isInstanceOf(Exception.class);
            }
            assertThatThrownBy(() -> new RpcSocket(before)).isInstanceOf(Exception.class);

            engine.restart();

            assertThat(engine.uri()).isEqualTo(before);
            try (RpcSocket rpc = new RpcSocket(engine.uri())) {
                rpc.signIn(engine);
                rpc.call("use", "test", "test");
                JsonNode kept = rpc.query("SELECT VALUE data FROM kept");
                assertThat(kept).hasSize(1);
                assertThat(kept.get(0).binaryValue()).isEqualTo(bytes);
            }
            assertThatThrownBy(engine::restart).hasMessageContaining("has not been killed");
        }
    }

    @Test
    void close_ofOurOwn_endsTheProcess() throws Exception {
        SurrealEngine engine = SurrealEngine.startOwn(SurrealEngine.Storage.MEMORY, directory);
        ProcessHandle process = ProcessHandle.of(((BridgedEngine) engine).pid()).orElseThrow();
        assertThatThrownBy(engine::kill).hasMessageContaining("memory");
        assertThat(process.isAlive()).isTrue();

        engine.close();

        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void namedServer_environment_takenWholeOrRefused() {
        assertThat(NamedServer.from(Map.of())).isEmpty();
        assertThat(NamedServer.from(Map.of("SURREAL_URL", ""))).isEmpty();
        for (String url : List.of("ws://host:8000", "ws://host:8000/", "ws://host:8000/rpc")) {
            SurrealEngine named = NamedServer.from(Map.of("SURREAL_URL", url, "SURREAL_USER", "u", "SURREAL_PASS", "p"))
                    .orElseThrow();
            assertThat(named.uri()).hasToString("ws://host:8000/rpc");
            assertThat(named.toString()).doesNotContain("p]");
            assertThatThrownBy(named::kill).hasMessageContaining("not ours");
        }
        assertThatThrownBy(() -> NamedServer.from(Map.of("SURREAL_URL", "ws://host")))
                .hasMessageContaining("SURREAL_USER");
    }
}
