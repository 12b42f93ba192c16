// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The main job, on real input. */
@Timeout(180)
class DemoIT {
    @Test
    void demo_theRepositorysDocs_exitsWithZero() {
        assertThat(Main.run("demo", System.getProperty("peerkit.root") + "/docs"))
                .isZero();
    }

    @Test
    void demo_emptyAndLargeFiles_exitsWithZero(@TempDir Path folder) throws Exception {
        Files.write(folder.resolve("empty"), new byte[0]);
        Files.write(folder.resolve("exact"), new byte[SharedFolder.PART_BYTES]);
        Files.write(folder.resolve("larger"), new byte[SharedFolder.PART_BYTES * 2 + 1]);

        assertThat(Main.run("demo", folder.toString())).isZero();
    }

    @Test
    void demo_folderWithoutFiles_exitsWithOne(@TempDir Path folder) {
        assertThat(Main.run("demo", folder.toString())).isEqualTo(1);
    }
}
