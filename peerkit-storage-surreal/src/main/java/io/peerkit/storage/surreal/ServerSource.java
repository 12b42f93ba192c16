// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.storage.surreal.internal.launch.LocalServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Where a store's server comes from. */
interface ServerSource {
    /**
     * A server that answers or soon will.
     *
     * @param uri where its RPC is
     * @param credentials its own, if the source made them
     * @param stop to be run when the store is closed
     */
    record Server(URI uri, Optional<SurrealCredentials> credentials, Runnable stop) {}

    /** Finds it or starts it; may block. */
    Server start();

    /** With another executable, where there is one. */
    ServerSource executable(Path file);

    /** Where the node's keys rest unless the application says otherwise. */
    Optional<Path> keyFile();

    /**
     * A server that somebody else runs.
     *
     * @param uri where its RPC is
     */
    record Remote(URI uri) implements ServerSource {
        @Override
        public Server start() {
            return new Server(uri, Optional.empty(), () -> {});
        }

        @Override
        public ServerSource executable(Path file) {
            throw new InvalidSettingException("executable: a server that is connected to is not started");
        }

        @Override
        public Optional<Path> keyFile() {
            return Optional.empty();
        }
    }

    /**
     * A server that runs while the store is open.
     *
     * @param directory of its data
     * @param program the executable, or the one on the {@code PATH}
     */
    record Launched(Path directory, Optional<Path> program) implements ServerSource {
        @Override
        public Server start() {
            LocalServer server = LocalServer.start(directory, program);
            return new Server(
                    server.uri(),
                    Optional.of(SurrealCredentials.root(LocalServer.USER, server.password())),
                    server::close);
        }

        @Override
        public ServerSource executable(Path file) {
            return new Launched(directory, Optional.of(file.toAbsolutePath()));
        }

        @Override
        public Optional<Path> keyFile() {
            return Optional.of(directory.resolve("keys"));
        }
    }
}
