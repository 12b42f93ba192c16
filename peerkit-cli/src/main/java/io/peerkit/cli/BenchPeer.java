// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.transport.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** A bare transport in a process of its own, for benchmarks. Ends when its standard input does. */
final class BenchPeer implements AutoCloseable {
    private final Process process;
    private final NodeAddress address;

    private BenchPeer(Process process, NodeAddress address) {
        this.process = process;
        this.address = address;
    }

    /** The process's side. */
    @Command(name = "bench-peer", hidden = true, description = "A bare transport, for benchmarks.")
    static final class Serve implements Callable<Integer> {
        @Override
        public Integer call() throws IOException {
            try (Transport transport = RawTransport.start()) {
                System.out.println(transport.listenAddresses().get(0));
                while (System.in.read() >= 0) {
                    // Only the end matters.
                }
                return 0;
            }
        }
    }

    static BenchPeer start(BenchFolder folder) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "bench-peer"))
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.path().resolve("peer.log").toFile()))
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the benchmark's peer ended before it was ready");
        }
        return new BenchPeer(process, new NodeAddress(line));
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
