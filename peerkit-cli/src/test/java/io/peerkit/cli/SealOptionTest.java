// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.agent.LocalAgent;
import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.sqlite.SqliteStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@SuppressWarnings("NullAway.Init") // JUnit sets the field
class SealOptionTest {
    @TempDir
    private Path folder;

    @Test
    void seal_withPassphrase_onlyThatOneOpensStoreAndKeys() throws IOException {
        SealOption sealed = option("correct horse", "--sealed");
        Path database = DataFolder.database(folder);
        try (Storage storage = sealed.seal(SqliteStorage.at(database)).open()) {
            storage.write(WriteBatch.builder()
                            .metadata("name", "marker".getBytes(StandardCharsets.UTF_8))
                            .build())
                    .join();
        }
        AgentId agent = LocalAgent.open(sealed.keys(DataFolder.keys(folder))).id();

        assertThat(new String(Files.readAllBytes(database), StandardCharsets.ISO_8859_1))
                .doesNotContain("marker");
        try (Storage storage = sealed.seal(SqliteStorage.at(database)).open()) {
            assertThat(storage.metadata("name").join()).isPresent();
        }
        assertThat(LocalAgent.open(sealed.keys(DataFolder.keys(folder))).id()).isEqualTo(agent);
        SealOption wrong = option("wrong horse", "--sealed");
        assertThatThrownBy(() -> wrong.seal(SqliteStorage.at(database)).open())
                .isInstanceOf(StorageException.class)
                .hasMessageNotContaining("horse");
        assertThatThrownBy(() -> LocalAgent.open(wrong.keys(DataFolder.keys(folder))))
                .isInstanceOf(RuntimeException.class)
                .hasMessageNotContaining("horse");
    }

    @Test
    void seal_withoutPassphraseInTheEnvironment_refused() {
        SealOption option = CommandLine.populateCommand(new SealOption(Map.of()), "--sealed");

        assertThatThrownBy(() -> option.keys(folder.resolve("keys")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(SealOption.PASSPHRASE);
    }

    private static SealOption option(String passphrase, String... arguments) {
        return CommandLine.populateCommand(new SealOption(Map.of(SealOption.PASSPHRASE, passphrase)), arguments);
    }
}
