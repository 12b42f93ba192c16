// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Carries data from one folder to another by a file, with the command alone. */
@Timeout(180)
class ArchiveCommandIT {
    private static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final int MEGABYTE = 1_048_576;

    @TempDir
    private Path folder;

    private NodeProcess node(String name, String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("--data", path(name), "--key", KEY, "--listen", "/ip4/127.0.0.1/tcp/0"));
        arguments.addAll(List.of(more));
        return NodeProcess.start(folder.resolve(name + ".log"), arguments);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private CommandRun run(String... arguments) throws IOException, InterruptedException {
        return CommandRun.of(folder, List.of(), arguments);
    }

    @Test
    void import_whatANodePublished_anotherNodeStartsThereAndServesIt() throws Exception {
        String hash;
        String fingerprint;
        try (NodeProcess node = node("one")) {
            node.ready().join();
            node.publishRandom(300, 256, 1);
            hash = node.command("publish", Map.of("data", "aGVsbG8="))
                    .join()
                    .path("hash")
                    .asText();
            fingerprint =
                    node.command("status", Map.of()).join().path("fingerprint").asText();
            CommandRun inUse = run("export", path("one"), path("x.pka"));
            assertThat(inUse.exitCode()).isEqualTo(1);
            assertThat(inUse.errors()).contains("peerkit.db");
            assertThat(folder.resolve("x.pka")).doesNotExist();
            assertThat(run("import", path("one"), path("x.pka")).exitCode()).isEqualTo(1);
        }

        CommandRun exported = run("export", path("one"), path("x.pka"), "--json");
        assertThat(exported.exitCode()).as(exported.errors()).isZero();
        assertThat(exported.json().path("event").asText()).isEqualTo("exported");
        assertThat(exported.json().path("entries").asInt()).isEqualTo(301);
        CommandRun imported = run("import", path("two"), path("x.pka"), "--json");
        assertThat(imported.exitCode()).as(imported.errors()).isZero();
        assertThat(imported.json().path("entries").asInt()).isEqualTo(301);
        assertThat(Files.exists(folder.resolve("two/peerkit.keys"))).isFalse();
        assertThat(run("export", path("two"), path("y.pka")).exitCode()).isZero();
        assertThat(Files.mismatch(folder.resolve("x.pka"), folder.resolve("y.pka")))
                .isEqualTo(-1);

        CommandRun inspected = run("inspect", path("two"), "--json");
        assertThat(inspected.json().path("fingerprint").asText()).isEqualTo(fingerprint);
        assertThat(run("inspect", path("two")).output()).contains("epochs").contains("301 entries");

        try (NodeProcess two = node("two")) {
            String address = two.ready().join().path("addresses").path(0).asText();
            assertThat(two.command("get", Map.of("hash", hash))
                            .join()
                            .path("data")
                            .asText())
                    .isEqualTo("aGVsbG8=");
            assertThat(two.command("status", Map.of())
                            .join()
                            .path("fingerprint")
                            .asText())
                    .isEqualTo(fingerprint);
            try (NodeProcess three = node("three")) {
                three.ready().join();
                three.command("connect", Map.of("address", address)).join();
                three.command("sync", Map.of()).join();
                assertThat(three.command("get", Map.of("hash", hash))
                                .join()
                                .path("data")
                                .asText())
                        .isEqualTo("aGVsbG8=");
            }
        }
    }

    @Test
    void import_otherNetworkOrNoArchive_exitsWithOneAndMakesNothing() throws Exception {
        try (NodeProcess node = node("one")) {
            node.ready().join();
            node.command("publish", Map.of("data", "aGVsbG8=")).join();
        }
        assertThat(run("export", path("one"), path("x.pka")).exitCode()).isZero();

        CommandRun other = run("import", path("two"), path("x.pka"), "--network", "00".repeat(32));
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.errors()).contains("archive of network");
        Files.write(folder.resolve("noise"), new byte[100]);
        assertThat(run("import", path("two"), path("noise")).errors()).contains("this is no archive");
        assertThat(run("import", path("two"), path("nowhere")).exitCode()).isEqualTo(1);
        assertThat(folder.resolve("two")).doesNotExist();
        assertThat(run("import", path("two"), path("x.pka"), "--network", "nonsense")
                        .exitCode())
                .isEqualTo(2);
        CommandRun again = run("export", path("one"), path("x.pka"));
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.errors()).contains("exists");
        for (String command : new String[] {"inspect", "export"}) {
            CommandRun nothing = command.equals("inspect")
                    ? run("inspect", path("empty"))
                    : run("export", path("empty"), path("z.pka"));
            assertThat(nothing.exitCode()).isEqualTo(1);
            assertThat(nothing.errors()).contains("holds no store");
        }
    }

    @Test
    void exportImportInspect_hundredsOfMegabytes_smallHeapIsEnough() throws Exception {
        int count = 300;
        try (NodeProcess node = node("one")) {
            node.ready().join();
            node.publishRandom(count, MEGABYTE, 1);
            node.command("publish", Map.of("data", Base64.getEncoder().encodeToString(new byte[10])))
                    .join();
        }
        List<String> small = List.of("-Xmx48m");

        CommandRun exported = CommandRun.of(folder, small, "export", path("one"), path("x.pka"), "--json");
        assertThat(exported.exitCode()).as(exported.errors()).isZero();
        CommandRun imported = CommandRun.of(folder, small, "import", path("two"), path("x.pka"), "--json");
        assertThat(imported.exitCode()).as(imported.errors()).isZero();
        CommandRun inspected = CommandRun.of(folder, small, "inspect", path("two"), "--json");
        assertThat(inspected.exitCode()).as(inspected.errors()).isZero();

        JsonNode figures = inspected.json();
        assertThat(figures.path("entries").asInt()).isEqualTo(count + 1);
        assertThat(figures.path("blobBytes").asLong()).isEqualTo((long) count * MEGABYTE + 10);
        assertThat(figures.path("authors")).hasSize(1);
        assertThat(figures.path("authors").path(0).path("entries").asInt()).isEqualTo(count + 1);
        assertThat(figures.path("sizes").path(0).path("size").asText()).isEqualTo("up to 64 B");
        assertThat(figures.path("sizes").path(1).path("entries").asInt()).isEqualTo(count);
        assertThat(figures.path("kinds").path(0).path("kind").asText()).isEqualTo("blob");
        assertThat(figures.path("epochs").path(0).path("epoch").asText()).isEqualTo("1");
        System.out.println("exported in " + exported.json().path("seconds") + " s, imported in "
                + imported.json().path("seconds") + " s");
    }
}
