// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that work on a store, on every kind of it: with and without seal, in a file and in SurrealDB. */
@Timeout(180)
class StoreCommandsIT {
    private static final Map<String, String> PASSPHRASE = Map.of(SealOption.PASSPHRASE, "correct horse");

    @TempDir
    private Path folder;

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private CommandRun run(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        CommandRun run = CommandRun.of(folder, List.of(), environment, arguments);
        assertThat(run.output() + run.errors()).doesNotContain("horse");
        return run;
    }

    private CommandRun done(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        CommandRun run = run(environment, arguments);
        assertThat(run.exitCode()).as(Arrays.toString(arguments) + run.errors()).isZero();
        return run;
    }

    private void refused(String message, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        CommandRun run = run(environment, arguments);
        assertThat(run.exitCode()).as(Arrays.toString(arguments)).isEqualTo(1);
        assertThat(run.errors()).contains(message);
    }

    private NodeProcess node(Map<String, String> environment, String... further) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("--data", path("one"), "--open", "--listen", "/ip4/127.0.0.1/tcp/0"));
        arguments.addAll(List.of(further));
        NodeProcess node = NodeProcess.start(folder.resolve("log"), environment, arguments);
        node.ready().join();
        return node;
    }

    @Test
    void sealAndUnseal_storeOfANode_inPlaceWithAllThatIsInIt() throws Exception {
        try (NodeProcess node = node(Map.of())) {
            node.publishRandom(300, 256, 1);
            refused("another process has it open", PASSPHRASE, "seal", path("one"));
            refused("another process has it open", Map.of(), "inspect", path("one"));
        }
        JsonNode before = done(Map.of(), "inspect", path("one"), "--json").json();
        assertThat(before.path("entries").asInt()).isEqualTo(300);
        assertThat(before.path("metadata").asInt()).isPositive();
        assertThat(run(Map.of(), "seal", path("one")).exitCode()).isEqualTo(2);

        assertThat(done(PASSPHRASE, "seal", path("one")).output()).isEqualTo("sealed\n");
        done(PASSPHRASE, "seal", path("one"));
        refused(
                "the store is sealed; open it by SealedStorage with its key (--sealed",
                Map.of(),
                "inspect",
                path("one"));
        refused("is sealed", Map.of(), "export", path("one"), path("x.pka"));
        JsonNode sealed =
                done(PASSPHRASE, "inspect", "--sealed", path("one"), "--json").json();
        for (String figure : List.of("agentId", "entries", "fingerprint", "agents", "chunks", "metadata", "records")) {
            assertThat(sealed.path(figure)).as(figure).isEqualTo(before.path(figure));
        }
        try (NodeProcess node = node(PASSPHRASE, "--sealed")) {
            assertThat(node.ready().join().path("agentId")).isEqualTo(before.path("agentId"));
            assertThat(node.command("status", Map.of()).join().path("fingerprint"))
                    .isEqualTo(before.path("fingerprint"));
        }

        done(PASSPHRASE, "unseal", "--data", path("one"));
        JsonNode after = done(Map.of(), "inspect", path("one"), "--json").json();
        assertThat(after.path("fingerprint")).isEqualTo(before.path("fingerprint"));
        assertThat(after.path("agentId")).isEqualTo(before.path("agentId"));
    }

    @Test
    void exportImportInspect_localSurrealServer_asWithAFile() throws Exception {
        Map<String, String> server = serverOnThePath();
        String[] of = {"--data", path("one"), "--storage", "surreal:launch"};
        String[] to = {"--data", path("two"), "--storage", "surreal:launch", "--sealed"};
        String fingerprint;
        try (NodeProcess node = node(server, "--storage", "surreal:launch")) {
            node.publishRandom(300, 256, 1);
            fingerprint =
                    node.command("status", Map.of()).join().path("fingerprint").asText();
            refused("is open already", server, with(of, "inspect"));
        }

        JsonNode inspected = done(server, with(of, "inspect", "--json")).json();
        assertThat(inspected.path("fingerprint").asText()).isEqualTo(fingerprint);
        assertThat(inspected.path("bytes").asLong()).isPositive();
        done(server, with(of, "export", path("x.pka")));
        done(Map.of(), "import", path("file"), path("x.pka"));
        assertThat(done(Map.of(), "inspect", path("file"), "--json")
                        .json()
                        .path("fingerprint")
                        .asText())
                .isEqualTo(fingerprint);
        Map<String, String> both =
                Map.of("PATH", server.getOrDefault("PATH", ""), SealOption.PASSPHRASE, "correct horse");
        done(both, with(to, "import", path("x.pka")));
        assertThat(done(both, with(to, "inspect", "--json"))
                        .json()
                        .path("fingerprint")
                        .asText())
                .isEqualTo(fingerprint);
    }

    private static String[] with(String[] options, String command, String... rest) {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(List.of(options));
        line.addAll(List.of(rest));
        return line.toArray(String[]::new);
    }

    private static Map<String, String> serverOnThePath() {
        Optional<String> missing = BareEngine.missing();
        if (System.getenv("CI") == null) {
            missing.ifPresent(reason -> System.out.println("StoreCommandsIT: no SurrealDB: " + reason));
            assumeTrue(missing.isEmpty(), "no SurrealDB");
        }
        assertThat(missing).isEmpty();
        return Map.of("PATH", BareEngine.executable().getParent() + File.pathSeparator + System.getenv("PATH"));
    }

    @Test
    void exportAndInspect_nothingThere_refusedAndNothingMade() throws Exception {
        refused("holds no store", Map.of(), "inspect", path("empty"));
        refused("holds no store", Map.of(), "export", path("empty"), path("x.pka"));
        refused("holds no store", Map.of(), "inspect", "--data", path("empty"), "--storage", "surreal:launch");
        refused("holds no store", PASSPHRASE, "seal", path("empty"));
        assertThat(Files.exists(folder.resolve("empty"))).isFalse();
    }
}
