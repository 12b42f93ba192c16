// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The engine of {@code interop/surreal} in a process of its own, which ends with this one. One thread may use it. */
final class BridgedEngine implements SurrealEngine {
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 10;
    private static final Pattern READY = Pattern.compile("\\{\"event\":\"ready\",\"port\":(\\d+),.*}");

    private final Path folder;
    private final Storage storage;
    private final Path directory;
    private final String password = Credentials.password();
    private Process process;
    private int port;

    BridgedEngine(Path folder, Storage storage, Path directory) throws IOException, InterruptedException {
        this.folder = folder;
        this.storage = storage;
        this.directory = directory;
        process = launch();
        port = readyPort(process);
    }

    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        "node",
                        "bridge.mjs",
                        "--watch-stdin",
                        "--storage",
                        storage.path(directory),
                        "--port",
                        Integer.toString(port)))
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        // The engine reads settings from there, one of them being whether a commit is synced.
        builder.environment().keySet().removeIf(name -> name.startsWith("SURREAL_"));
        builder.environment().put("SURREAL_USER", Credentials.USER);
        builder.environment().put("SURREAL_PASS", password);
        return builder.start();
    }

    private static int readyPort(Process process) throws IOException, InterruptedException {
        CompletableFuture<@Nullable String> firstLine = CompletableFuture.supplyAsync(() -> firstLine(process));
        try {
            String line = firstLine.get(START_SECONDS, TimeUnit.SECONDS);
            Matcher ready = READY.matcher(line == null ? "" : line);
            if (ready.matches()) {
                return Integer.parseInt(ready.group(1));
            }
            process.destroyForcibly();
            throw new IOException("the bridge said \"" + line + "\" and ended with " + process.waitFor());
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new IOException("the bridge was not ready within " + START_SECONDS + " s", e);
        }
    }

    private static @Nullable String firstLine(Process process) {
        try {
            return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process's id. */
    long pid() {
        return process.pid();
    }

    @Override
    public URI uri() {
        return URI.create("ws://127.0.0.1:" + port + "/rpc");
    }

    @Override
    public String user() {
        return Credentials.USER;
    }

    @Override
    public String password() {
        return password;
    }

    @Override
    public boolean canRestart() {
        return storage != Storage.MEMORY;
    }

    @Override
    public void kill() throws InterruptedException {
        if (!canRestart()) {
            throw new IllegalStateException("data in memory would be lost");
        }
        process.destroyForcibly().waitFor();
    }

    @Override
    public void restart() throws IOException, InterruptedException {
        if (process.isAlive()) {
            throw new IllegalStateException("process " + process.pid() + " has not been killed");
        }
        process = launch();
        port = readyPort(process);
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // The process is gone already, or goes now.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
