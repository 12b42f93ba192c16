// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

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
        public Optional<Path> keyFile() {
            return Optional.empty();
        }
    }
}
