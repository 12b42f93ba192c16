// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.transport.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A bare transport in a process of its own, for benchmarks. Ends when its standard input does. */
final class BenchPeer implements AutoCloseable {
    /** Until nothing more goes, references that collections themselves clear included. */
    private static final int COLLECTIONS = 3;

    private final Process process;
    private final BufferedReader out;
    private final NodeAddress address;

    private BenchPeer(Process process, BufferedReader out, NodeAddress address) {
        this.process = process;
        this.out = out;
        this.address = address;
    }

    /** The process's side. */
    @Command(name = "bench-peer", hidden = true, description = "A bare transport, for benchmarks.")
    static final class Serve implements Callable<Integer> {
        @Option(names = "--stack", defaultValue = "tcp-noise", description = "what is spoken below streams")
        private String stack = "";

        @Option(names = "--through", description = "the relay through which alone this peer is reached")
        private @Nullable String through;

        @Option(names = "--infrastructure", description = "relays for others")
        private boolean infrastructure;

        @Override
        public Integer call() throws IOException {
            Optional<NodeAddress> relay = Optional.ofNullable(through).map(NodeAddress::new);
            try (Transport transport =
                    infrastructure ? RawTransport.relay() : RawTransport.start(TransportStack.of(stack), relay)) {
                System.out.println(RawTransport.reachable(transport, relay.isPresent()));
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                while (in.readLine() != null) {
                    System.out.println(usedBytes(transport));
                }
                return 0;
            }
        }

        /** Heap after a collection, and what the transport has outside it. */
        private static long usedBytes(Transport transport) {
            for (int i = 0; i < COLLECTIONS; i++) {
                System.gc();
            }
            Runtime runtime = Runtime.getRuntime();
            return runtime.totalMemory()
                    - runtime.freeMemory()
                    + transport.metrics().getOrDefault("memory.direct.bytes", 0L);
        }
    }

    static BenchPeer start(BenchFolder folder) throws IOException {
        return start(folder, List.of());
    }

    static BenchPeer start(BenchFolder folder, TransportStack stack, Optional<NodeAddress> through) throws IOException {
        List<String> options = new ArrayList<>(List.of("--stack", stack.label()));
        through.ifPresent(relay -> options.addAll(List.of("--through", relay.value())));
        return start(folder, options);
    }

    static BenchPeer relay(BenchFolder folder) throws IOException {
        return start(folder, List.of("--infrastructure"));
    }

    private static BenchPeer start(BenchFolder folder, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "bench-peer"));
        command.addAll(options);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.path().resolve("peer.log").toFile()))
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return new BenchPeer(process, out, new NodeAddress(line(out)));
    }

    private static String line(BufferedReader out) throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the benchmark's peer ended early");
        }
        return line;
    }

    /** What the peer's heap holds after a collection, and what its transport has outside it, in bytes. */
    long usedBytes() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        return Long.parseLong(line(out));
    }

    NodeAddress address() {
        return address;
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
