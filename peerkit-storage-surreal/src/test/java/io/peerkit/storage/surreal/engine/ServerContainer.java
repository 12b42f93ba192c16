// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.engine;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** The server itself, in a container; {@code SURREAL_IMAGE} names another version of it. */
final class ServerContainer implements SurrealEngine {
    /** The version that the bridge's engine has too. */
    private static final String IMAGE = "surrealdb/surrealdb:v3.0.2";

    private static final int PORT = 8000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String password = Credentials.password();
    private final GenericContainer<?> container;

    ServerContainer(Storage storage) {
        String image = Objects.requireNonNullElse(System.getenv("SURREAL_IMAGE"), IMAGE);
        // The image's user may write below /tmp; the data ends with the container.
        String path = storage == Storage.MEMORY ? "memory" : storage.name().toLowerCase(Locale.ROOT) + ":/tmp/data";
        container = new GenericContainer<>(DockerImageName.parse(image))
                .withEnv("SURREAL_USER", Credentials.USER)
                .withEnv("SURREAL_PASS", password)
                .withCommand("start", "--no-banner", "--bind", "0.0.0.0:" + PORT, path)
                .withExposedPorts(PORT)
                .waitingFor(Wait.forHttp("/health").forPort(PORT).forStatusCode(200))
                .withStartupTimeout(PATIENCE);
        container.start();
    }

    static boolean isPossible() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    @Override
    public URI uri() {
        return URI.create("ws://" + container.getHost() + ":" + container.getMappedPort(PORT) + "/rpc");
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
        return false;
    }

    @Override
    public void kill() {
        throw new IllegalStateException("a container's data ends with it; startOwn gives an engine to kill");
    }

    @Override
    public void restart() {
        throw new IllegalStateException("a container's data ends with it; startOwn gives an engine to restart");
    }

    @Override
    public void close() {
        container.stop();
    }
}
