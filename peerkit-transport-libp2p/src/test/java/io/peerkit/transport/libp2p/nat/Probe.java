// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.nat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A {@link SocketProbe} at work in a room of the lab. */
final class Probe implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;

    Probe(NatLab lab, NatLab.Room room) throws Exception {
        String classes = Path.of(SocketProbe.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        process = new ProcessBuilder(
                        lab.in(room, List.of(java, "-Xmx32m", "-cp", classes, SocketProbe.class.getName())))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    String ask(String command) {
        try {
            process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
            String answer = answers.readLine();
            return answer == null ? "ended" : answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CompletableFuture<String> askAsync(String command) {
        return CompletableFuture.supplyAsync(() -> ask(command));
    }

    @Override
    public void close() {
        process.destroy();
    }
}
