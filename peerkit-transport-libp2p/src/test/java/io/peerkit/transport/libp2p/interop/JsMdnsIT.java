// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Discovery beside js-libp2p's, in a network namespace with nothing but loopback, so that nothing leaves this machine. */
@Timeout(180)
class JsMdnsIT {
    private static int run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            return process.waitFor(120, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static List<String> inNamespace(String script) {
        return List.of("unshare", "--net", "sh", "-c", "ip link set lo up && ip route add 224.0.0.0/4 dev lo && " + script);
    }

    /** The namespace needs root and iproute2; where both must be there, it is an error that one is not. */
    private static void requireNamespaces() throws InterruptedException {
        boolean possible;
        try {
            possible = run(inNamespace("true")) == 0;
        } catch (IOException e) {
            possible = false;
        }
        if (!possible) {
            String reason = "discovery beside js-libp2p is skipped: no network namespace can be made (root, iproute2)";
            System.out.println(reason);
            if ("true".equals(System.getenv("CI")) && "root".equals(System.getProperty("user.name"))) {
                Assertions.fail(reason);
            }
            Assumptions.abort(reason);
        }
    }

    private static String classPath() {
        return String.join(
                File.pathSeparator,
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                Objects.requireNonNullElse(System.getProperty("jdk.module.path"), ""),
                System.getProperty("java.class.path"));
    }

    @Test
    void discovery_besideJs_eachFindsTheOther() throws Exception {
        Path folder = JsInteropIT.folder();
        requireNamespaces();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String script = "exec '" + java + "' -cp '" + classPath() + "' " + JsMdnsProcess.class.getName() + " '" + folder + "'";
        assertThat(run(inNamespace(script))).isZero();
    }
}
