// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.surreal.SurrealStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is started, killed and stopped; see {@link StandIn} for what runs in its place. */
@SuppressWarnings("NullAway.Init") // JUnit sets the field
class LocalServerIT {
    @TempDir
    private Path folder;

    @Test
    void launch_serverKilled_startedAgainAndTheStoreGoesOn() throws Exception {
        Path directory = folder.resolve("store");
        SurrealStorage factory = SurrealStorage.launch(directory)
                .executable(StandIn.find(folder))
                .lease(Duration.ofSeconds(2));
        ProcessHandle server;
        try (Storage store = factory.open()) {
            server = server(directory);
            store.write(metadata("before")).get(30, TimeUnit.SECONDS);
            server.destroyForcibly();
            server.onExit().get(30, TimeUnit.SECONDS);

            store.write(metadata("after")).get(60, TimeUnit.SECONDS);

            assertThat(server(directory).pid()).isNotEqualTo(server.pid());
            assertThat(store.metadata("name").get(30, TimeUnit.SECONDS))
                    .hasValue("after".getBytes(StandardCharsets.UTF_8));
            server = server(directory);
            assertThatThrownBy(factory::open)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("is open already");
        }
        assertThat(server.isAlive()).isFalse();
        try (Storage store = factory.open()) {
            assertThat(store.metadata("name").get(30, TimeUnit.SECONDS))
                    .hasValue("after".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(factory.keyFile()).hasValue(directory.toAbsolutePath().resolve("keys"));
    }

    @Test
    void start_credentials_notInTheCommandLineAndForTheOwnerAlone() throws Exception {
        Path directory = folder.resolve("store");
        try (LocalServer server = LocalServer.start(directory, Optional.of(StandIn.find(folder)))) {
            String commandLine =
                    Files.readString(Path.of("/proc/" + server.handle().pid() + "/cmdline"));
            assertThat(commandLine).contains("--port").doesNotContain(server.password());
            assertThat(Files.getPosixFilePermissions(directory.resolve("credentials")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
    }

    @Test
    void start_serverThatOutlivedItsProcess_endedFirst() throws Exception {
        Path directory = folder.resolve("store");
        Path executable = StandIn.script(folder, "exec sleep 600");
        Process orphan = new ProcessBuilder(executable.toString()).start();
        try (ServerDirectory taken = ServerDirectory.take(directory)) {
            taken.note(orphan.toHandle());
        }
        LocalServer.start(directory, Optional.of(StandIn.find(folder))).close();

        assertThat(orphan.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.exists(directory.resolve("process"))).isFalse();
    }

    @Test
    void start_numberOfAProcessUsedAgain_leftAlone() throws Exception {
        Process other = new ProcessBuilder("sleep", "600").start();
        try (ServerDirectory taken = ServerDirectory.take(folder.resolve("store"))) {
            Files.writeString(folder.resolve("store/process"), other.pid() + " 12345");
            taken.endOrphan();
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void start_executableThatEnds_saysWhatItSaid() throws IOException {
        Path executable = StandIn.script(folder, "echo no such storage; exit 3");

        assertThatThrownBy(() -> LocalServer.start(folder.resolve("store"), Optional.of(executable)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("ended with 3")
                .hasMessageContaining("no such storage");
        // The directory is free again.
        ServerDirectory.take(folder.resolve("store")).close();
    }

    @Test
    void start_noExecutable_saysWhatToDo() {
        assertThatThrownBy(() -> LocalServer.start(folder, Optional.of(folder.resolve("missing"))))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("is no executable file");
    }

    private static ProcessHandle server(Path directory) throws IOException {
        String pid = Files.readString(directory.resolve("process")).split(" ", 2)[0];
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    private static WriteBatch metadata(String value) {
        return WriteBatch.of(List.of(), Map.of("name", value.getBytes(StandardCharsets.UTF_8)));
    }
}
