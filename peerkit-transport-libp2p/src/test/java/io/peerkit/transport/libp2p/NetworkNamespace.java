// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Runs Java programs of the tests in a network namespace of their own, in which there is nothing but loopback. */
public final class NetworkNamespace {
    private static final int PATIENCE_SECONDS = 120;
    private static final String LOOPBACK = "ip link set lo up && ip route add 224.0.0.0/4 dev lo && ";

    private NetworkNamespace() {}

    /**
     * Skips the test where no namespace can be made, for want of root or iproute2; fails it where {@code CI} is true and the user is
     * root.
     */
    public static void require() throws InterruptedException {
        boolean possible;
        try {
            possible = run(List.of("unshare", "--net", "sh", "-c", LOOPBACK + "true")) == 0;
        } catch (IOException e) {
            possible = false;
        }
        if (!possible) {
            String reason = "a test in a network namespace is skipped: none can be made (root, iproute2)";
            System.out.println(reason);
            if ("true".equals(System.getenv("CI")) && "root".equals(System.getProperty("user.name"))) {
                Assertions.fail(reason);
            }
            Assumptions.abort(reason);
        }
    }

    /** Runs the program and gives its exit code, -1 when it did not end. */
    public static int run(Class<?> program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--net",
                "sh",
                "-c",
                LOOPBACK + "exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath(),
                program.getName()));
        command.addAll(Arrays.asList(arguments));
        return run(command);
    }

    private static int run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Tests run on the module path, with their own classes patched in. */
    private static String classPath() {
        return String.join(
                File.pathSeparator,
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                Objects.requireNonNullElse(System.getProperty("jdk.module.path"), ""),
                System.getProperty("java.class.path"));
    }
}
