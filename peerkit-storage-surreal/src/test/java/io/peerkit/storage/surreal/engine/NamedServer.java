// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.engine;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** A server that somebody else runs: {@code SURREAL_URL}, {@code SURREAL_USER} and {@code SURREAL_PASS}. */
record NamedServer(URI uri, String user, String password) implements SurrealEngine {

    static Optional<SurrealEngine> fromEnvironment() {
        return from(System.getenv());
    }

    static Optional<SurrealEngine> from(Map<String, String> environment) {
        String url = environment.get("SURREAL_URL");
        if (url == null || url.isBlank()) {
            return Optional.empty();
        }
        String user = environment.get("SURREAL_USER");
        String password = environment.get("SURREAL_PASS");
        if (user == null || password == null) {
            throw new IllegalStateException("SURREAL_URL is set, SURREAL_USER or SURREAL_PASS is not");
        }
        String withPath = url.endsWith("/rpc") ? url : url.replaceAll("/+$", "") + "/rpc";
        return Optional.of(new NamedServer(URI.create(withPath), user, password));
    }

    @Override
    public boolean canRestart() {
        return false;
    }

    @Override
    public void kill() {
        throw new IllegalStateException("the server at " + uri + " is not ours to kill");
    }

    @Override
    public void restart() {
        throw new IllegalStateException("the server at " + uri + " is not ours to start");
    }

    @Override
    public String toString() {
        return "NamedServer[" + uri + "]";
    }

    @Override
    public void close() {}
}
