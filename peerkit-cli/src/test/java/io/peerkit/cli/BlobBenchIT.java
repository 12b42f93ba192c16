// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That the workload measures; what it measures decides nothing. */
@Timeout(300)
class BlobBenchIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Test
    void run_smallBlobs_figuresAsJson() throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            new BlobBench(8 << 20, 32 << 20).run(new BenchFolder(folder), 1, new BenchReport(true));
        } finally {
            System.setOut(before);
        }

        Map<String, Double> medians = new HashMap<>();
        for (String line : output.toString(StandardCharsets.UTF_8).lines().toList()) {
            JsonNode figure = JsonLines.JSON.readTree(line);
            assertThat(figure.path("bench").asText()).isEqualTo("blob");
            medians.put(figure.path("unit").asText(), figure.path("median").asDouble());
        }
        assertThat(medians.get("MB/s")).isPositive();
        assertThat(medians.get("MB")).isBetween(1.0, 128.0);
        // 10 % were missing in any case, and not all may come again.
        assertThat(medians.get("% of the bytes")).isBetween(5.0, 60.0);
    }
}
