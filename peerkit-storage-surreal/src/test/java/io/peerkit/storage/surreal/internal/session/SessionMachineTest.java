// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import static io.peerkit.storage.surreal.fake.FakeScript.conflict;
import static io.peerkit.storage.surreal.fake.FakeScript.error;
import static io.peerkit.storage.surreal.fake.FakeScript.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.rpc.QueryFailedException;
import io.peerkit.storage.surreal.internal.rpc.RpcCodec;
import io.peerkit.storage.surreal.internal.value.Absent;
import io.peerkit.storage.surreal.internal.value.ValueReader;
import io.peerkit.storage.surreal.internal.value.ValueWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The machine by itself: time, sockets and the server are moved by hand. */
class SessionMachineTest {
    private static final long SECOND = 1_000_000_000L;
    private static final SessionLimits LIMITS = new SessionLimits(2, Duration.ofSeconds(10), Duration.ofSeconds(30));
    private static final String PASSWORD = "pass-7f3a";

    private final SessionMachine machine = machine();
    private long now;

    private static SessionMachine machine() {
        return new SessionMachine(
                LIMITS,
                new Greeting(Greeting.SignIn.of(Map.<String, Object>of("user", "u", "pass", PASSWORD)), "ns", "db"),
                new Random(1));
    }

    @Test
    void start_everySocket_opened() {
        assertThat(machine.start(now)).containsExactly(new Action.Open(0, 1), new Action.Open(1, 1));
    }

    @Test
    void opened_beforeAnythingElse_versionThenSignInThenUse() {
        machine.start(now);
        Call call = query("RETURN 1");
        assertThat(machine.submit(call, now)).isEmpty();

        assertThat(methods(machine.opened(0, 1, now))).containsExactly("version");
        assertThat(methods(answerLast(0, "surrealdb-3.0.2"))).containsExactly("signin");
        assertThat(methods(answerLast(0, "token"))).containsExactly("use");
        assertThat(methods(answerLast(0, Absent.NONE))).containsExactly("query");
    }

    @Test
    void opened_versionsAtTheBounds_onlyThoseOf3Taken() {
        for (String version : List.of("surrealdb-3.0.0", "3.99.1-alpha", "surrealdb-3.1.0+20260101")) {
            lastId = 0;
            SessionMachine fresh = machine();
            fresh.start(now);
            fresh.opened(0, 1, now);
            assertThat(methods(fresh.received(0, 1, answer(1, version), now))).containsExactly("signin");
        }
        for (Object version : List.<Object>of("surrealdb-2.9.9", "surrealdb-4.0.0", "3", "", 3L, "x".repeat(10_000))) {
            SessionMachine fresh = machine();
            fresh.start(now);
            fresh.opened(0, 1, now);
            assertThat(fresh.received(0, 1, answer(1, version), now))
                    .singleElement()
                    .isInstanceOf(Action.Shut.class);
            assertThat(fresh.lastFailure())
                    .hasMessageContaining("server version is")
                    .hasMessageContaining("at least 3.0 and below 4");
            assertThat(fresh.lastFailure().getMessage()).hasSizeLessThan(200);
        }
    }

    @Test
    void greeting_signInRefused_waitingCallsFailWithoutThePassword() {
        machine.start(now);
        Call call = query("RETURN 1");
        machine.submit(call, now);
        machine.opened(0, 1, now);
        answerLast(0, "surrealdb-3.0.2");

        List<Action> actions =
                machine.received(0, 1, refusal(lastId, "NotAllowed", "Auth", "no such user or " + PASSWORD), now);

        assertThat(failure(actions, call))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("refused the sign-in")
                .message()
                .doesNotContain(PASSWORD);
        assertThat(actions.toString()).doesNotContain(PASSWORD);
    }

    @Test
    void submit_twoSocketsReady_theLessBusyOneTakesIt() {
        ready(0);
        ready(1);

        assertThat(sends(machine.submit(query("a"), now)).get(0).link()).isZero();
        assertThat(sends(machine.submit(query("b"), now)).get(0).link()).isEqualTo(1);
    }

    @Test
    void submit_fullWindows_nextOneWaitsForAnAnswer() {
        ready(0);
        ready(1);
        for (int i = 0; i < 2 * SessionLimits.WINDOW; i++) {
            assertThat(sends(note(machine.submit(query("q"), now)))).hasSize(1);
        }
        Call next = query("next");

        assertThat(machine.submit(next, now)).isEmpty();
        assertThat(sends(received(0, lastId - 1, ok(1L)))).hasSize(1);
    }

    @Test
    void submit_mostWaiting_takenButNotOneMore() {
        machine.start(now);
        for (int i = 0; i < SessionLimits.MAX_WAITING; i++) {
            assertThat(machine.submit(query("q"), now)).isEmpty();
        }
        Call next = query("q");

        assertThat(failure(machine.submit(next, now), next)).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void received_answerLateOrTwice_ignoredAndCounted() {
        ready(0);
        Call call = query("q");
        machine.submit(call, now);
        long id = lastIdOf(call);

        assertThat(received(0, id, ok(1L))).hasSize(1);
        assertThat(received(0, id, ok(2L))).isEmpty();
        assertThat(received(0, 999_999, ok(3L))).isEmpty();
        assertThat(machine.counts().unasked).isEqualTo(2);
    }

    @Test
    void received_garbage_socketClosedAndCallsSentOverTheOther() {
        ready(0);
        ready(1);
        Call call = query("q");
        machine.submit(call, now);

        List<Action> actions = machine.received(0, attempt(0), new byte[] {(byte) 0xff}, now);

        assertThat(actions.get(0)).isInstanceOf(Action.Shut.class);
        assertThat(sends(actions))
                .singleElement()
                .satisfies(send -> assertThat(send.link()).isEqualTo(1));
        assertThat(machine.lastFailure()).hasMessageContaining("what is no answer");
        assertThat(machine.counts().garbage).isEqualTo(1);
    }

    @Test
    void lost_idempotentInFlight_sentAgainInTheirOrderAfterTheGreeting() {
        ready(0);
        Call first = query("first");
        Call second = query("second");
        machine.submit(first, now);
        machine.submit(second, now);

        assertThat(machine.lost(0, attempt(0), "reset", now)).isEmpty();
        List<Action> actions = reconnect(0);

        assertThat(sends(actions).stream().map(SessionMachineTest::text)).containsExactly("first", "second");
        assertThat(machine.counts().resent).isEqualTo(2);
    }

    @Test
    void lost_callThatMustNotBeRepeated_failsAtOnce() {
        ready(0);
        Call begin = Call.once("begin", List.of());
        machine.submit(begin, now);

        assertThat(failure(machine.lost(0, attempt(0), "reset", now), begin))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void submit_pinnedToAConnectionThatIsGone_failsAtOnce() {
        ready(0);
        Call.Place place = new Call.Place(0, attempt(0));
        machine.lost(0, attempt(0), "reset", now);
        reconnect(0);
        Call call = Call.on(place, "commit", List.of(), Optional.of(new UUID(0, 1)));

        assertThat(failure(machine.submit(call, now), call)).isInstanceOf(StorageException.class);
    }

    @Test
    void tick_answerOverdue_socketShutAndCallSentOverTheOther() {
        ready(0);
        Call call = query("q");
        machine.submit(call, now);
        ready(1);

        now += LIMITS.requestTimeout().toNanos() - 1;
        machine.received(1, attempt(1), answer(12_345, Absent.NONE), now);
        assertThat(machine.tick(now)).isEmpty();
        now += 1;
        assertThat(machine.nextTick()).isLessThanOrEqualTo(now);
        List<Action> actions = machine.tick(now);

        assertThat(actions.get(0)).isEqualTo(new Action.Shut(0, "no answer in PT10S"));
        assertThat(sends(actions))
                .singleElement()
                .satisfies(send -> assertThat(send.link()).isEqualTo(1));
        assertThat(machine.counts().timeouts).isEqualTo(1);
    }

    @Test
    void tick_silentSocket_pinged() {
        ready(0);
        now += SessionLimits.IDLE_NANOS;

        assertThat(methods(machine.tick(now))).contains("ping");
    }

    @Test
    void tick_noConnectionUntilTheDeadline_callFailsWithTheLastReason() {
        machine.start(now);
        Call call = query("q");
        machine.submit(call, now);
        machine.lost(0, 1, "refused by 127.0.0.1", now);
        machine.lost(1, 1, "refused by 127.0.0.1", now);

        now = 30 * SECOND;
        assertThat(failure(machine.tick(now), call))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("no connection in PT30S")
                .hasMessageContaining("refused by 127.0.0.1");
    }

    @Test
    void lost_againAndAgain_waitsGrowUpToTheBound() {
        ready(1);
        long longest = 0;
        for (int i = 0; i < 20; i++) {
            machine.received(1, attempt(1), answer(12_345, Absent.NONE), now);
            machine.lost(0, attempt(0), "refused", now);
            long wait = nextAttempt() - now;
            assertThat(wait).isBetween(25_000_000L, 10 * SECOND);
            longest = Math.max(longest, wait);
            now = nextAttempt();
            attempts[0]++;
            assertThat(machine.tick(now)).contains(new Action.Open(0, attempt(0)));
        }
        assertThat(longest).isGreaterThanOrEqualTo(5 * SECOND);
    }

    @Test
    void received_conflict_triedAgainAfterAMoment() {
        ready(0);
        Call call = query("q");
        machine.submit(call, now);

        assertThat(received(0, lastIdOf(call), conflict())).isEmpty();
        assertThat(machine.tick(now)).isEmpty();
        now += 250_000_000L;
        assertThat(sends(machine.tick(now))).hasSize(1);
        received(0, lastIdOf(call), error("Query", "TransactionConflict", "conflict"));
        now += 250_000_000L;
        assertThat(sends(machine.tick(now))).hasSize(1);

        assertThat(received(0, lastIdOf(call), ok(7L))).containsExactly(new Action.Succeed(call, List.of(7L)));
    }

    @Test
    void received_conflictEachTime_failsAtTheCap() {
        ready(0);
        Call call = query("q");
        machine.submit(call, now);
        for (int i = 1; i < SessionLimits.MAX_CONFLICTS; i++) {
            assertThat(received(0, lastIdOf(call), conflict())).isEmpty();
            now += 250_000_000L;
            assertThat(sends(machine.tick(now))).hasSize(1);
        }

        assertThat(failure(received(0, lastIdOf(call), conflict()), call))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("lost 30 races");
    }

    @Test
    void received_otherError_failsWithTheFirstCause() {
        ready(0);
        Call call = query("q");
        machine.submit(call, now);
        List<Object> statements = List.of(
                error("Query", "NotExecuted", "not executed due to a failed transaction")
                        .get(0),
                error("AlreadyExists", "Record", "already exists").get(0));

        assertThat(failure(received(0, lastIdOf(call), statements), call))
                .isInstanceOfSatisfying(
                        QueryFailedException.class,
                        failed -> assertThat(failed.error().isAlreadyThere()).isTrue());
    }

    @Test
    void received_sessionRunOut_signsInAgainOnceAndTriesAgain() {
        ready(0);
        Call call = query("q");
        machine.submit(call, now);

        assertThat(machine.received(0, attempt(0), refusal(lastIdOf(call), "NotAllowed", "Auth", "expired"), now))
                .hasSize(1);
        assertThat(sends(reconnect(0))).hasSize(1);
        assertThat(failure(
                        machine.received(0, attempt(0), refusal(lastIdOf(call), "NotAllowed", "Auth", "no"), now),
                        call))
                .isInstanceOf(QueryFailedException.class);
    }

    @Test
    void watch_afterEachConnection_begunAnewAndHeard() {
        ready(1);
        Watch watch = new Watch(new Query("LIVE SELECT", Map.of()), new LiveListener() {
            @Override
            public void watching() {
                throw new AssertionError("the machine tells nobody by itself");
            }

            @Override
            public void changed(String action, Object result) {
                throw new AssertionError("the machine tells nobody by itself");
            }
        });
        machine.watch(watch, now);
        machine.lost(0, attempt(0), "reset", now);
        for (long run = 1; run <= 2; run++) {
            reconnect(0);
            UUID id = new UUID(0, run);
            assertThat(received(0, lastId, ok(id))).contains(new Action.Watching(watch));
            assertThat(machine.received(0, attempt(0), change(id), now))
                    .containsExactly(new Action.Changed(watch, "CREATE", 1L));
            assertThat(machine.received(0, attempt(0), change(new UUID(9, 9)), now))
                    .isEmpty();
            machine.lost(0, attempt(0), "reset", now);
        }
    }

    @Test
    void close_everythingUnderWay_failsAndSocketsShut() {
        ready(0);
        Call call = query("q");
        machine.submit(call, now);

        List<Action> actions = machine.close(now);

        assertThat(failure(actions, call)).isInstanceOf(ClosedException.class);
        assertThat(actions).contains(new Action.Shut(0, "closing"));
        assertThat(machine.tick(now + 100 * SECOND)).isEmpty();
    }

    // --- moving the machine ---

    private long lastId;
    private final long[] attempts = {1, 1};
    private boolean started;

    private static Call query(String text) {
        return Call.query(new Query(text, Map.of()));
    }

    private long attempt(int link) {
        return attempts[link];
    }

    /** When the first socket is opened again: nothing else is due before, for the other one was just heard. */
    private long nextAttempt() {
        return machine.nextTick();
    }

    private void ready(int link) {
        if (!started) {
            started = true;
            machine.start(now);
        }
        greet(link);
    }

    private List<Action> reconnect(int link) {
        if (!started) {
            started = true;
            machine.start(now);
        } else {
            now += 10 * SECOND;
            attempts[link]++;
            assertThat(machine.tick(now)).contains(new Action.Open(link, attempts[link]));
        }
        return greet(link);
    }

    private List<Action> greet(int link) {
        note(machine.opened(link, attempt(link), now));
        answerLast(link, "surrealdb-3.0.2");
        answerLast(link, "token");
        return answerLast(link, Absent.NONE);
    }

    private List<Action> answerLast(int link, Object result) {
        if (lastId == 0) {
            lastId = 1;
        }
        return note(machine.received(link, attempt(link), answer(lastId, result), now));
    }

    private List<Action> received(int link, long id, Object result) {
        return note(machine.received(link, attempt(link), answer(id, result), now));
    }

    private List<Action> note(List<Action> actions) {
        for (Action.Send send : sends(actions)) {
            lastId = (Long) field(send, "id");
        }
        return actions;
    }

    private static long lastIdOf(Call call) {
        return call.id;
    }

    private static byte[] answer(long id, Object result) {
        return ValueWriter.encode(Map.<String, Object>of("id", id, "result", result), RpcCodec.MAX_FRAME_BYTES);
    }

    private static byte[] refusal(long id, String kind, String detail, String message) {
        return ValueWriter.encode(
                Map.<String, Object>of(
                        "id",
                        id,
                        "error",
                        Map.<String, Object>of(
                                "kind", kind, "details", Map.<String, Object>of("kind", detail), "message", message)),
                RpcCodec.MAX_FRAME_BYTES);
    }

    private static byte[] change(UUID live) {
        return ValueWriter.encode(
                Map.<String, Object>of("result", Map.<String, Object>of("id", live, "action", "CREATE", "result", 1L)),
                RpcCodec.MAX_FRAME_BYTES);
    }

    private List<String> methods(List<Action> actions) {
        note(actions);
        return sends(actions).stream()
                .map(send -> (String) field(send, "method"))
                .toList();
    }

    private static List<Action.Send> sends(List<Action> actions) {
        return actions.stream()
                .filter(Action.Send.class::isInstance)
                .map(Action.Send.class::cast)
                .toList();
    }

    private static String text(Action.Send send) {
        return (String) ((List<?>) field(send, "params")).get(0);
    }

    private static Object field(Action.Send send, String name) {
        return Objects.requireNonNull(((Map<?, ?>) ValueReader.read(send.frame())).get(name));
    }

    private static RuntimeException failure(List<Action> actions, Call call) {
        return actions.stream()
                .filter(action -> action instanceof Action.Fail fail && fail.call() == call)
                .map(action -> ((Action.Fail) action).failure())
                .findFirst()
                .orElseThrow(() -> new AssertionError("did not fail: " + actions));
    }
}
