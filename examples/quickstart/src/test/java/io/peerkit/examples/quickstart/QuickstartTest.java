// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.PeerkitNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
    private static final byte[] KEY =
            "a secret for this test, 32 bytes".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    @Test
    void startAndSayHello_twoNodesWithTheSameKey_eachReceivesTheOthersHello(@TempDir Path folder) throws Exception {
        BlockingQueue<String> atOne = new LinkedBlockingQueue<>();
        BlockingQueue<String> atTwo = new LinkedBlockingQueue<>();
        try (PeerkitNode one = Quickstart.startAndSayHello(folder.resolve("one.db"), KEY, atOne::add);
                PeerkitNode two = Quickstart.startAndSayHello(folder.resolve("two.db"), KEY, atTwo::add)) {
            two.connect(one.addresses().get(0)).get(20, TimeUnit.SECONDS);

            assertThat(atOne.poll(20, TimeUnit.SECONDS)).isEqualTo("hello");
            assertThat(atTwo.poll(20, TimeUnit.SECONDS)).isEqualTo("hello");
        }
    }

    @Test
    void readme_firstScreen_showsTheLinesThatAreCompiledHere() throws IOException {
        Path root = Path.of(System.getProperty("peerkit.root"));
        String readme = Files.readString(root.resolve("README.md"));
        String source = Files.readString(
                root.resolve("examples/quickstart/src/main/java/io/peerkit/examples/quickstart/Quickstart.java"));
        String shown = readme.substring(readme.indexOf("```java\n") + 8, readme.indexOf("```\n\nWhoever"));
        String compiled = source.substring(source.indexOf("// tag::readme[]") + 16, source.indexOf("// end::readme[]"));

        assertThat(withoutSpace(shown)).isEqualTo(withoutSpace(compiled));
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s", "");
    }
}
