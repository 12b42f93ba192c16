// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;

/** Test data of other implementations. */
public final class Vectors {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Vectors() {}

    /** What js-libp2p computes; kept beside the tests. */
    public static JsonNode js() {
        try (InputStream in = Vectors.class.getResourceAsStream("libp2p-js.json")) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file that is read in place; without it the test is skipped, except on CI. */
    public static JsonNode shared(String name) {
        String folder = System.getProperty("peerkit.vectors", "");
        Path file = Path.of(folder, name);
        if (!Files.isRegularFile(file)) {
            String reason = "no test vectors: " + name + " is not in the folder of -Dpeerkit.vectors";
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError(reason);
            }
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        }
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Stream<JsonNode> items(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    public static byte[] hex(JsonNode text) {
        return hex(text.asText());
    }

    public static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
