// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.PeerkitException;
import io.peerkit.storage.surreal.fake.FakeConnection;
import io.peerkit.storage.surreal.fake.FakeScript;
import io.peerkit.storage.surreal.fake.FakeServer;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A process that logs all it can, against servers that refuse, drop and talk nonsense: it never shows its password. */
class LoggedSecretsIT {
    private static final String PASSWORD = "pass-c2f7a1";

    @Test
    void open_everythingLoggedEverythingWrong_passwordNowhere() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=trace",
                        "-cp",
                        classPath(),
                        Opener.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output)
                .contains("DEBUG io.peerkit.storage.surreal", "refused the sign-in", "no connection in")
                .doesNotContain(PASSWORD);
    }

    /** All that this process has on its class and module paths, and the module's own classes. */
    private static String classPath() {
        Path target = Path.of(System.getProperty("basedir", ""), "target").toAbsolutePath();
        List<String> parts = new ArrayList<>(List.of(
                target.resolve("test-classes").toString(),
                target.resolve("classes").toString()));
        for (String property : List.of("surefire.test.class.path", "jdk.module.path", "java.class.path")) {
            parts.add(System.getProperty(property, ""));
        }
        return String.join(File.pathSeparator, parts);
    }

    /** What the process runs. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] arguments) {
            List<FakeScript> scripts = List.of(
                    (from, request) -> from.drop(),
                    (from, request) -> from.sendText(PASSWORD.substring(0, 4)),
                    Opener::refuse);
            for (FakeScript script : scripts) {
                try (FakeServer server = FakeServer.start(script)) {
                    SurrealStorage storage = SurrealStorage.connect(server.uri())
                            .credentials(SurrealCredentials.root("user", PASSWORD))
                            .requestTimeout(Duration.ofSeconds(2))
                            .patience(Duration.ofSeconds(1));
                    System.out.println(storage);
                    storage.open().close();
                    System.exit(1);
                } catch (PeerkitException e) {
                    e.printStackTrace(System.out);
                }
            }
            System.exit(0);
        }

        private static void refuse(FakeConnection from, FakeScript.Request request) {
            if (request.method().equals("version")) {
                from.answer(request.id(), "surrealdb-3.0.2");
            } else {
                from.refuse(request.id(), "NotAllowed", "Auth", "not " + PASSWORD);
            }
        }
    }
}
