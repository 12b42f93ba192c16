// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.engine;

import io.peerkit.testkit.interop.NpmPackages;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A real SurrealDB 3.x for a test, wherever this machine has one. */
public interface SurrealEngine extends AutoCloseable {

    /** Where an engine of our own keeps its data. */
    enum Storage {
        MEMORY("mem://"),
        ROCKSDB("rocksdb://"),
        SURREALKV("surrealkv://");

        private final String scheme;

        Storage(String scheme) {
            this.scheme = scheme;
        }

        String path(Path directory) {
            return this == MEMORY ? scheme : scheme + directory.toAbsolutePath();
        }
    }

    /**
     * The server that {@code SURREAL_URL} names, else a container, else the engine behind the bridge of
     * {@code interop/surreal}; where none is there the test is skipped, or fails when {@code CI=true}.
     *
     * <p>A server that is named is not empty: each test takes a namespace of its own.
     *
     * @param directory where the bridge keeps its data; the others keep theirs themselves
     */
    static SurrealEngine start(Storage storage, Path directory) throws IOException, InterruptedException {
        Optional<SurrealEngine> server = NamedServer.fromEnvironment();
        if (server.isPresent()) {
            return server.get();
        }
        return ServerContainer.isPossible() ? new ServerContainer(storage) : startOwn(storage, directory);
    }

    /** The engine behind the bridge, which can be killed; skipped or failed as {@link #start}. */
    static SurrealEngine startOwn(Storage storage, Path directory) throws IOException, InterruptedException {
        Path folder = Path.of(System.getProperty("peerkit.root"), "interop", "surreal");
        Optional<String> problem = NpmPackages.problem(folder);
        if (problem.isPresent()) {
            String reason = "a test with a SurrealDB of our own is skipped: " + problem.get();
            System.out.println(reason);
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail(reason);
            }
            Assumptions.abort(reason);
        }
        return new BridgedEngine(folder, storage, directory);
    }

    /** As in {@code ws://127.0.0.1:8000/rpc}. */
    URI uri();

    /** A root user. */
    String user();

    String password();

    /** Whether {@link #kill} and {@link #restart} work: a process of our own, its data on disk. */
    boolean canRestart();

    /**
     * Ends the process as {@code kill -9} does, and returns when it is gone.
     *
     * @throws IllegalStateException when the process is not ours or its data would be lost
     */
    void kill() throws InterruptedException;

    /** Starts the process that was killed again, on the same data and port, with the same credentials. */
    void restart() throws IOException, InterruptedException;

    /** Ends the process and keeps its data. */
    @Override
    void close();
}
