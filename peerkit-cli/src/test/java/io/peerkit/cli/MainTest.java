// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
    @TempDir
    private Path folder;

    @Test
    void run_unknownCommand_exitsWithTwo() {
        assertThat(Main.run("nonsense")).isEqualTo(2);
    }

    @Test
    void run_nodeWithoutKey_exitsWithTwo() {
        assertThat(Main.run("node", "--data", folder.toString())).isEqualTo(2);
    }

    @Test
    void run_nodeWithKeyAndOpen_exitsWithTwo() {
        assertThat(Main.run("node", "--data", folder.toString(), "--open", "--key", "00".repeat(32)))
                .isEqualTo(2);
    }

    @Test
    void run_nodeWithShortKey_exitsWithTwo() {
        assertThat(Main.run("node", "--data", folder.toString(), "--key", "00".repeat(15)))
                .isEqualTo(2);
    }

    @Test
    void run_nodeWithoutData_exitsWithTwo() {
        assertThat(Main.run("node", "--open")).isEqualTo(2);
    }

    @Test
    void run_nodeWithUnknownStorage_exitsWithTwo() {
        assertThat(Main.run("node", "--data", folder.toString(), "--open", "--storage", "oracle:x"))
                .isEqualTo(2);
        assertThat(Main.run("node", "--data", folder.toString(), "--open", "--storage", "surreal:http://x"))
                .isEqualTo(2);
        assertThat(Main.run("node", "--data", folder.toString(), "--open", "--storage", "surreal:ws://user:word@x"))
                .isEqualTo(2);
    }

    @Test
    void run_nodeWithMalformedAddresses_exitsWithTwo() {
        for (String option : new String[] {"--listen", "--connect", "--relay"}) {
            assertThat(Main.run("node", "--data", folder.toString(), "--open", option, "nonsense"))
                    .as(option)
                    .isEqualTo(2);
        }
        assertThat(Main.run("relay", "--open", "--listen", "nonsense")).isEqualTo(2);
        assertThat(Main.run("relay", "--open", "--listen", "/ip4/127.0.0.1/tcp/0", "--max-reservations", "0"))
                .isEqualTo(2);
    }

    @Test
    void run_inspectNothing_exitsWithOne() {
        assertThat(Main.run("inspect", folder.toString())).isEqualTo(1);
    }

    @Test
    void run_storeGivenTwiceOrNotAtAllOrInMemory_exitsWithTwo() {
        String data = folder.toString();
        assertThat(Main.run("inspect", data, "--data", data)).isEqualTo(2);
        assertThat(Main.run("inspect")).isEqualTo(2);
        assertThat(Main.run("inspect", "--storage", "memory")).isEqualTo(2);
        assertThat(Main.run("inspect", data, "--storage", "oracle:x")).isEqualTo(2);
        assertThat(Main.run("export", data, "file", "--data", data)).isEqualTo(2);
        assertThat(Main.run("export", "--storage", "memory", "file")).isEqualTo(2);
        assertThat(Main.run("export", "file")).isEqualTo(2);
        assertThat(Main.run("export", data)).isEqualTo(2);
        assertThat(Main.run("seal", "--storage", "memory")).isEqualTo(2);
        assertThat(Main.run("unseal")).isEqualTo(2);
    }

    @Test
    void run_benchUnknown_exitsWithTwo() {
        assertThat(Main.run("bench", "nonsense")).isEqualTo(2);
    }

    @Test
    void run_help_exitsWithZero() {
        assertThat(Main.run("--help")).isZero();
    }
}
