// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.launch;

import io.peerkit.api.StorageException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@code surreal} process on loopback. A daemon thread starts it, reads what it says and starts it again when it dies; the session
 * connects again by itself, for address and credentials stay.
 */
public final class LocalServer implements AutoCloseable {
    /** The name of the root user; with the password it is in no command line, which others on the machine can read. */
    public static final String USER = "peerkit";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final int CONNECT_MILLIS = 50;
    private static final int KEPT_LINES = 10;
    private static final int MAX_LINE_CHARS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(LocalServer.class);

    private final Path executable;
    private final ServerDirectory directory;
    private final String password;
    private final int port;
    private final Thread supervisor = new Thread(this::supervise, "peerkit-surreal-server");
    private final Thread atExit = new Thread(this::endServer, "peerkit-surreal-server-end");
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Deque<String> lastLines = new ArrayDeque<>();
    private Process process;

    private LocalServer(Path executable, ServerDirectory directory) throws IOException {
        this.executable = executable;
        this.directory = directory;
        directory.endOrphan();
        password = directory.password();
        port = freePort();
        process = launch();
    }

    /**
     * Starts a server and waits until it takes connections.
     *
     * @param directory of its data; made when it is not there
     * @param given the executable, or {@code surreal} on the {@code PATH} when empty
     * @return the running server
     * @throws StorageException when there is no executable, the directory is in use, or the server ends at once
     */
    public static LocalServer start(Path directory, Optional<Path> given) {
        Path executable = executable(given);
        ServerDirectory taken = ServerDirectory.take(directory);
        try {
            LocalServer server = new LocalServer(executable, taken);
            server.begin();
            return server;
        } catch (IOException e) {
            taken.close();
            throw new StorageException(executable + ": cannot be started (" + e.getMessage() + ")", e);
        } catch (StorageException e) {
            taken.close();
            throw e;
        }
    }

    private static Path executable(Optional<Path> given) {
        if (given.isPresent()) {
            if (!Files.isExecutable(given.get())) {
                throw new StorageException(given.get() + ": is no executable file");
            }
            return given.get();
        }
        for (String folder :
                Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1)) {
            for (String name : List.of("surreal", "surreal.exe")) {
                Path candidate = Path.of(folder).resolve(name);
                if (!folder.isEmpty() && Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                    return candidate;
                }
            }
        }
        throw new StorageException(
                "there is no executable named surreal on the PATH: install SurrealDB 3 or say where it"
                        + " is with executable(…)");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        executable.toString(),
                        "start",
                        "--no-banner",
                        "--log",
                        "warn",
                        "--bind",
                        "127.0.0.1:" + port,
                        "rocksdb://" + directory.data().toAbsolutePath())
                .redirectErrorStream(true);
        // Settings meant for another server must not change this one: whether it syncs its commits is one of them.
        builder.environment().keySet().removeIf(name -> name.startsWith("SURREAL_"));
        builder.environment().put("SURREAL_USER", USER);
        builder.environment().put("SURREAL_PASS", password);
        Process started = builder.start();
        directory.note(started.toHandle());
        started.getOutputStream().close();
        return started;
    }

    private void begin() {
        supervisor.setDaemon(true);
        Runtime.getRuntime().addShutdownHook(atExit);
        Process first = current();
        supervisor.start();
        long until = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!takesConnections()) {
            if (!first.isAlive() || System.nanoTime() > until) {
                String said = said();
                close();
                throw new StorageException(executable + ": the server did not start"
                        + (first.isAlive() ? " in " + START_TIMEOUT : ", it ended with " + first.exitValue())
                        + (said.isEmpty() ? "" : ", saying: " + said));
            }
        }
    }

    private boolean takesConnections() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return isClosing(Duration.ofMillis(CONNECT_MILLIS));
        }
    }

    /** Waits for the end, at most so long. */
    private boolean isClosing(Duration wait) {
        try {
            return closing.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void supervise() {
        RestartPlan plan = new RestartPlan();
        while (closing.getCount() > 0) {
            long start = System.nanoTime();
            Process running = current();
            listen(running);
            int exit = running.onExit().join().exitValue();
            Duration delay = plan.died(Duration.ofNanos(System.nanoTime() - start));
            if (!isClosing(Duration.ZERO)) {
                LOG.warn(
                        "the SurrealDB server ended with {}, is started again in {}; it said: {}", exit, delay, said());
            }
            if (!isClosing(delay)) {
                restart();
            }
        }
    }

    private synchronized void restart() {
        if (closing.getCount() > 0) {
            try {
                process = launch();
            } catch (IOException e) {
                LOG.warn("the SurrealDB server could not be started: {}", e.getMessage());
            }
        }
    }

    /** Reads what the server says until it ends; not to read it would stop it. */
    private void listen(Process running) {
        try (BufferedReader lines = running.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String shown = line.replace(password, "***");
                keep(shown.length() <= MAX_LINE_CHARS ? shown : shown.substring(0, MAX_LINE_CHARS));
            }
        } catch (IOException e) {
            LOG.debug("the SurrealDB server's output ended", e);
        }
    }

    private synchronized void keep(String line) {
        LOG.debug("SurrealDB server: {}", line);
        lastLines.add(line);
        if (lastLines.size() > KEPT_LINES) {
            lastLines.remove();
        }
    }

    private synchronized String said() {
        return String.join(" / ", lastLines);
    }

    private synchronized Process current() {
        return process;
    }

    /**
     * Where the server's RPC is.
     *
     * @return an address on loopback
     */
    public URI uri() {
        return URI.create("ws://127.0.0.1:" + port + "/rpc");
    }

    /**
     * The root user's password.
     *
     * @return as generated when the directory was first used
     */
    public String password() {
        return password;
    }

    /** The server's process, for tests that kill it. */
    ProcessHandle handle() {
        return current().toHandle();
    }

    private void endServer() {
        closing.countDown();
        ServerDirectory.end(current().toHandle());
    }

    /** Ends the server and lets its directory go. */
    @Override
    public void close() {
        endServer();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            LOG.debug("the JVM is ending already");
        }
        try (directory) {
            supervisor.join();
            directory.forgetServer();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("the file that names the server's process was not removed", e);
        }
    }
}
