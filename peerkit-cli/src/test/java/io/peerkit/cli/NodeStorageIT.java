// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.peerkit.api.BlobHash;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node's process is killed, and the next one finds what it acknowledged, wherever that rests. */
@Timeout(180)
class NodeStorageIT {
    private static final String BLOB = Base64.getEncoder().encodeToString("marker of a blob".getBytes(UTF_8));

    @TempDir
    private Path folder;

    private final List<NodeProcess> processes = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        processes.forEach(NodeProcess::close);
    }

    @Test
    void node_sealed_foundAgainWithThePassphraseAlone() throws IOException, InterruptedException {
        Map<String, String> passphrase = Map.of(SealOption.PASSPHRASE, "correct horse");
        String agent = publishAndKill(passphrase, "--sealed");
        assertThat(found("marker of a blob")).isFalse();

        NodeProcess again = node(passphrase, "--sealed");
        assertFound(again, agent);
        again.kill();

        assertThat(start(Map.of(SealOption.PASSPHRASE, "wrong horse"), "--sealed")
                        .exitCode())
                .isEqualTo(2);
        assertThat(start(Map.of()).exitCode()).isEqualTo(2);
        assertThat(Files.readString(folder.resolve("log")))
                .contains("passphrase")
                .doesNotContain("horse");
    }

    @Test
    void node_localSurrealServer_foundAgain() throws IOException {
        Optional<String> missing = BareEngine.missing();
        if (System.getenv("CI") == null) {
            missing.ifPresent(reason -> System.out.println("NodeStorageIT: no SurrealDB: " + reason));
            assumeTrue(missing.isEmpty(), "no SurrealDB");
        }
        assertThat(missing).isEmpty();
        String path = BareEngine.executable().getParent() + File.pathSeparator + System.getenv("PATH");
        Map<String, String> environment = Map.of("PATH", path);

        String agent = publishAndKill(environment, "--storage", "surreal:launch");

        assertFound(node(environment, "--storage", "surreal:launch"), agent);
        assertThat(folder.resolve("data").resolve("surreal")).isDirectory();
    }

    private String publishAndKill(Map<String, String> environment, String... further) throws IOException {
        NodeProcess node = node(environment, further);
        node.command("publish", Map.of("data", BLOB)).join();
        String agent = node.ready().join().path("agentId").asText();
        node.kill();
        return agent;
    }

    private static void assertFound(NodeProcess node, String agent) {
        String hash = BlobHash.ofBlob(Base64.getDecoder().decode(BLOB)).toString();
        assertThat(node.ready().join().path("agentId").asText()).isEqualTo(agent);
        assertThat(node.command("get", Map.of("hash", hash)).join().path("data").asText())
                .isEqualTo(BLOB);
    }

    private NodeProcess node(Map<String, String> environment, String... further) throws IOException {
        NodeProcess node = start(environment, further);
        node.ready().join();
        return node;
    }

    private NodeProcess start(Map<String, String> environment, String... further) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("--data", folder.resolve("data").toString(), "--open", "--listen", "/ip4/127.0.0.1/tcp/0"));
        arguments.addAll(List.of(further));
        NodeProcess node = NodeProcess.start(folder.resolve("log"), environment, arguments);
        processes.add(node);
        return node;
    }

    private boolean found(String marker) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), ISO_8859_1).contains(marker)) {
                    return true;
                }
            }
        }
        return false;
    }
}
