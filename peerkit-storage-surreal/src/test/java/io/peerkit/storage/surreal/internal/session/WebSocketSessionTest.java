// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import static io.peerkit.storage.surreal.fake.FakeScript.conflict;
import static io.peerkit.storage.surreal.fake.FakeScript.greeting;
import static io.peerkit.storage.surreal.fake.FakeScript.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.fake.FakeScript;
import io.peerkit.storage.surreal.fake.FakeServer;
import io.peerkit.storage.surreal.internal.rpc.RpcCodec;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The session over real sockets, against a server that does what it should not. */
class WebSocketSessionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void query_serverThatAnswers_resultsGiven() {
        try (FakeServer server = FakeServer.start(greeting((from, request) -> from.answer(request.id(), ok(7L))));
                SurrealSession session = session(server.uri(), 2)) {
            assertThat(answer(session, "RETURN 7")).isEqualTo(List.of(7L));
        }
    }

    @Test
    void query_connectionDroppedInsteadOfAnAnswer_answeredOverTheNextOne() {
        AtomicInteger requests = new AtomicInteger();
        FakeScript script = greeting((from, request) -> {
            if (requests.incrementAndGet() <= 3) {
                from.drop();
            } else {
                from.answer(request.id(), ok("done"));
            }
        });
        try (FakeServer server = FakeServer.start(script);
                SurrealSession session = session(server.uri(), 1)) {
            assertThat(answer(session, "RETURN 1")).isEqualTo(List.of("done"));
            assertThat(server.connections()).hasSize(4);
            assertThat(server.connections().get(3).requests().stream().map(FakeScript.Request::method))
                    .containsExactly("version", "signin", "use", "query");
        }
    }

    @Test
    void query_answersLateAndTwice_eachCallGetsItsOwnOnce() {
        List<FakeScript.Request> held = new ArrayList<>();
        FakeScript script = greeting((from, request) -> {
            held.add(request);
            if (held.size() == 3) {
                for (int i = 2; i >= 0; i--) {
                    from.answer(held.get(i).id(), ok(held.get(i).text()));
                    from.answer(held.get(i).id(), ok("again"));
                }
                from.answer(1_000_000, ok("nobody asked"));
            }
        });
        try (FakeServer server = FakeServer.start(script);
                SurrealSession session = session(server.uri(), 1)) {
            List<CompletableFuture<List<Object>>> answers = new ArrayList<>();
            for (String text : List.of("a", "b", "c")) {
                answers.add(session.query(text, Map.of()));
            }
            assertThat(answers.stream().map(WebSocketSessionTest::await))
                    .containsExactly(List.of("a"), List.of("b"), List.of("c"));
        }
    }

    @Test
    void query_garbageTextOrTooLongAMessage_socketClosedAndCallSentAgain() {
        List<FakeScript> bad = List.of(
                (from, request) -> from.sendBytes(new byte[] {(byte) 0xff, 0, 1}),
                (from, request) -> from.sendText("{}"),
                (from, request) -> from.sendBytes(new byte[RpcCodec.MAX_ANSWER_BYTES + 1]),
                (from, request) -> from.send(Map.<String, Object>of("neither", "answer nor change")),
                (from, request) -> from.answer(request.id(), "no statements"));
        for (FakeScript first : bad) {
            AtomicInteger requests = new AtomicInteger();
            FakeScript script = greeting((from, request) -> {
                if (requests.getAndIncrement() == 0) {
                    first.handle(from, request);
                } else {
                    from.answer(request.id(), ok(1L));
                }
            });
            try (FakeServer server = FakeServer.start(script);
                    SurrealSession session = session(server.uri(), 1)) {
                assertThat(answer(session, "RETURN 1")).isEqualTo(List.of(1L));
                assertThat(server.connections()).hasSize(2);
            }
        }
    }

    @Test
    void query_largestAnswer_taken() {
        byte[] large = new byte[RpcCodec.MAX_ANSWER_BYTES - 100];
        try (FakeServer server = FakeServer.start(greeting((from, request) -> from.answer(request.id(), ok(large))));
                SurrealSession session = session(server.uri(), 1)) {
            assertThat((byte[]) answer(session, "RETURN $large").get(0)).hasSize(large.length);
        }
    }

    @Test
    void query_serverThatStopsAnswering_givenUpAndAskedAnew() {
        AtomicInteger requests = new AtomicInteger();
        FakeScript script = greeting((from, request) -> {
            if (requests.getAndIncrement() > 0) {
                from.answer(request.id(), ok("heard"));
            }
        });
        try (FakeServer server = FakeServer.start(script);
                SurrealSession session =
                        session(server.uri(), new SessionLimits(1, Duration.ofMillis(300), PATIENCE), "p")) {
            assertThat(answer(session, "RETURN 1")).isEqualTo(List.of("heard"));
        }
    }

    @Test
    void query_racesLost_triedAgainUntilWon() {
        AtomicInteger requests = new AtomicInteger();
        FakeScript script = greeting(
                (from, request) -> from.answer(request.id(), requests.incrementAndGet() < 6 ? conflict() : ok(6L)));
        try (FakeServer server = FakeServer.start(script);
                SurrealSession session = session(server.uri(), 2)) {
            assertThat(answer(session, "UPDATE x")).isEqualTo(List.of(6L));
            assertThat(requests).hasValue(6);
        }
    }

    @Test
    void query_wrongVersionOrRefusedSignIn_failsAtOnceAndShowsNoSecret() {
        String password = "secret-9d21";
        FakeScript old = (from, request) -> from.answer(request.id(), "surrealdb-2.6.1");
        FakeScript refusing = greeting((from, request) -> {});
        FakeScript refusesSignIn = (from, request) -> {
            if (request.method().equals("signin")) {
                from.refuse(request.id(), "NotAllowed", "Auth", "bad password " + password);
            } else {
                refusing.handle(from, request);
            }
        };
        for (Map.Entry<String, FakeScript> wrong : Map.of(
                        "surrealdb-2.6.1, must be at least 3.0", old, "refused the sign-in", refusesSignIn)
                .entrySet()) {
            try (FakeServer server = FakeServer.start(wrong.getValue());
                    SurrealSession session =
                            session(server.uri(), new SessionLimits(1, Duration.ofSeconds(5), PATIENCE), password)) {
                assertThatThrownBy(() -> answer(session, "RETURN 1"))
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining(wrong.getKey())
                        .message()
                        .doesNotContain(password);
            }
        }
    }

    @Test
    void query_noServer_failsAfterThePatience() {
        URI nowhere;
        try (FakeServer server = FakeServer.start((from, request) -> {})) {
            nowhere = server.uri();
        }
        try (SurrealSession session =
                session(nowhere, new SessionLimits(1, Duration.ofSeconds(1), Duration.ofMillis(300)), "p")) {
            assertThatThrownBy(() -> answer(session, "RETURN 1"))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("no connection in PT0.3S");
        }
    }

    @Test
    void query_serverAwayForAWhile_goesOn() {
        AtomicInteger greetings = new AtomicInteger();
        FakeScript answering = greeting((from, request) -> from.answer(request.id(), ok(request.text())));
        FakeScript script = (from, request) -> {
            // Away for the second to the sixth connection.
            if (request.method().equals("version") && greetings.incrementAndGet() > 1 && greetings.get() < 7) {
                from.drop();
            } else {
                answering.handle(from, request);
            }
        };
        try (FakeServer server = FakeServer.start(script);
                SurrealSession session = session(server.uri(), 1)) {
            assertThat(answer(session, "before")).isEqualTo(List.of("before"));
            server.dropAll();
            assertThat(answer(session, "meanwhile")).isEqualTo(List.of("meanwhile"));
            assertThat(greetings).hasValue(7);
        }
    }

    @Test
    void query_frameTooLong_refusedAndTheSessionGoesOn() {
        try (FakeServer server = FakeServer.start(greeting((from, request) -> from.answer(request.id(), ok(1L))));
                SurrealSession session = session(server.uri(), 1)) {
            assertThatThrownBy(() -> await(session.query("q", Map.of("large", new byte[RpcCodec.MAX_FRAME_BYTES]))))
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("at most " + RpcCodec.MAX_FRAME_BYTES);
            assertThat(answer(session, "q")).isEqualTo(List.of(1L));
        }
    }

    @Test
    void close_callUnderWay_failsWithClosed() {
        CompletableFuture<List<Object>> answer;
        try (FakeServer server = FakeServer.start(greeting((from, request) -> {}))) {
            SurrealSession session = session(server.uri(), 1);
            answer = session.query("RETURN 1", Map.of());
            session.close();
            session.close();
            assertThatThrownBy(() -> answer(session, "RETURN 2")).isInstanceOf(ClosedException.class);
        }
        assertThatThrownBy(() -> await(answer)).isInstanceOf(ClosedException.class);
    }

    private static SurrealSession session(URI uri, int sockets) {
        return session(uri, new SessionLimits(sockets, Duration.ofSeconds(5), PATIENCE), "p");
    }

    private static SurrealSession session(URI uri, SessionLimits limits, String password) {
        return WebSocketSession.start(
                HttpClient.newHttpClient(),
                uri,
                new Greeting(Greeting.SignIn.of(Map.<String, Object>of("user", "u", "pass", password)), "ns", "db"),
                limits);
    }

    private static List<Object> answer(SurrealSession session, String text) {
        return await(session.query(text, Map.of()));
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer in 30 s", e);
        }
    }
}
