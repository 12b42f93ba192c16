// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import io.peerkit.storage.surreal.internal.session.Greeting;
import io.peerkit.storage.surreal.internal.session.SessionLimits;
import io.peerkit.storage.surreal.internal.session.WebSocketSession;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every way to sign in, on a real engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class SignInIT {
    private static final String NAMESPACE = "sign_in";
    private static final String PASSWORD = "pass-31d8";

    @TempDir
    private static Path folder;

    private SurrealEngine engine;
    private WebSocketSession root;

    @BeforeAll
    void startEngine() throws IOException, InterruptedException {
        engine = SurrealEngine.startOwn(SurrealEngine.Storage.MEMORY, folder);
        root = WebSocketSession.start(
                HttpClient.newHttpClient(),
                engine.uri(),
                new Greeting(
                        SurrealCredentials.root(engine.user(), engine.password())
                                .signIn(NAMESPACE, "d"),
                        NAMESPACE,
                        "d"),
                new SessionLimits(1, Duration.ofSeconds(10), Duration.ofSeconds(20)));
        var unused = root.query("""
                DEFINE NAMESPACE IF NOT EXISTS sign_in;
                DEFINE DATABASE IF NOT EXISTS d;
                DEFINE USER ofnamespace ON NAMESPACE PASSWORD '%1$s' ROLES EDITOR;
                DEFINE USER ofdatabase ON DATABASE PASSWORD '%1$s' ROLES EDITOR;
                DEFINE USER viewer ON DATABASE PASSWORD '%1$s' ROLES VIEWER;
                DEFINE ACCESS issued ON DATABASE TYPE JWT ALGORITHM HS512 KEY 'key-of-thirty-two-bytes-or-more!';
                """.formatted(PASSWORD), Map.of()).join();
    }

    @AfterAll
    void stopEngine() {
        root.close();
        engine.close();
    }

    @Test
    void open_asNamespaceUser_mayMakeADatabase() {
        open(storage(SurrealCredentials.namespace("ofnamespace", PASSWORD)).database("made"));
    }

    @Test
    void open_asDatabaseUser_definesTheTables() {
        open(storage(SurrealCredentials.database("ofdatabase", PASSWORD)));
    }

    @Test
    void open_withAToken_works() {
        open(storage(SurrealCredentials.token(Tokens.hs512(
                "key-of-thirty-two-bytes-or-more!", """
                {"exp":%d,"ac":"issued","ns":"sign_in","db":"d","rl":["Editor"]}""".formatted(System.currentTimeMillis() / 1_000 + 600)))));
    }

    @Test
    void open_withATokenSignedByAnotherKey_refusedWithoutShowingIt() {
        String token = Tokens.hs512(
                "another-key-of-thirty-two-bytes!!", """
                {"exp":%d,"ac":"issued","ns":"sign_in","db":"d","rl":["Editor"]}""".formatted(System.currentTimeMillis() / 1_000 + 600));

        assertThatThrownBy(() -> storage(SurrealCredentials.token(token)).open())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("refused the sign-in (authenticate)")
                .message()
                .doesNotContain(token);
    }

    @Test
    void open_asViewer_saysThatItMayNot() {
        assertThatThrownBy(() ->
                        storage(SurrealCredentials.database("viewer", PASSWORD)).open())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("NotAllowed");
    }

    private SurrealStorage storage(SurrealCredentials credentials) {
        return SurrealStorage.connect(engine.uri())
                .credentials(credentials)
                .namespace(NAMESPACE)
                .database("d")
                .lease(Duration.ofSeconds(1))
                .patience(Duration.ofSeconds(20));
    }

    private static void open(SurrealStorage storage) {
        try (Storage store = storage.open()) {
            assertThat(store.count().join()).isZero();
        }
    }
}
