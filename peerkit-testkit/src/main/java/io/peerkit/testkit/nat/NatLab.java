// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.nat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two homes behind routers in network namespaces, built and removed by {@code interop/nat/lab.sh}, which draws them.
 * Removed at the latest when this process ends.
 */
public final class NatLab implements AutoCloseable {
    /** What a router does with the ports of those behind it. */
    public enum Router {
        CONE,
        SYMMETRIC,
        UPNP
    }

    /** Where a process can run. */
    public enum Room {
        LEFT,
        RIGHT,
        NET,
        NATL,
        NATR
    }

    /** The first of the addresses of the internet. */
    public static final String INTERNET = "44.128.0.1";
    /** What the internet sees of the left home. */
    public static final String LEFT_ROUTER = "44.128.1.1";
    /** What the internet sees of the right home. */
    public static final String RIGHT_ROUTER = "44.128.2.1";

    private static final AtomicInteger BUILT = new AtomicInteger();
    private static final long PATIENCE_SECONDS = 60;

    private final String name = "pk-" + ProcessHandle.current().pid() + "-" + BUILT.incrementAndGet();
    private final Thread atTheEnd = new Thread(this::remove, "nat-lab-end");

    private NatLab() {}

    /** Why there can be no lab here; empty when there can. */
    static Optional<String> obstacle() throws IOException, InterruptedException {
        List<String> said = new ArrayList<>();
        return run(said, "tools") == 0 ? Optional.empty() : Optional.of(String.join(" ", said));
    }

    /** Builds a lab. */
    public static NatLab between(Router left, Router right) throws IOException, InterruptedException {
        NatLab lab = new NatLab();
        Runtime.getRuntime().addShutdownHook(lab.atTheEnd);
        List<String> said = new ArrayList<>();
        if (run(said, "up", lab.name, lower(left), lower(right)) != 0) {
            lab.close();
            throw new IOException("lab cannot be built: " + said);
        }
        return lab;
    }

    /** Gives the left router another address on the internet. */
    public void renumber() throws IOException, InterruptedException {
        List<String> said = new ArrayList<>();
        if (run(said, "renumber", name) != 0) {
            throw new IOException("router cannot be renumbered: " + said);
        }
    }

    /** The words that run a command in a room. */
    public List<String> in(Room room, List<String> command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name + "-" + lower(room)));
        words.addAll(command);
        return words;
    }

    @Override
    public void close() {
        if (Runtime.getRuntime().removeShutdownHook(atTheEnd)) {
            remove();
        }
    }

    private void remove() {
        try {
            run(new ArrayList<>(), "down", name);
        } catch (IOException e) {
            throw new IllegalStateException("lab " + name + " is left behind", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static int run(List<String> said, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("peerkit.root", ".."), "interop", "nat", "lab.sh")
                .toString());
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .forEach(said::add);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("lab.sh does not end");
        }
        return process.exitValue();
    }
}
