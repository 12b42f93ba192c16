// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DialTest {
    private static final PeerId SELF = peer(1);
    private static final PeerId OTHER = peer(2);
    private static final PeerId THIRD = peer(3);

    private final EmbeddedChannel clock = new EmbeddedChannel();
    private final Map<String, CompletableFuture<String>> attempts = new LinkedHashMap<>();
    private final List<String> closed = new ArrayList<>();

    DialTest() {
        clock.freezeTime();
    }

    private static PeerId peer(int last) {
        byte[] key = new byte[PeerId.ED25519_KEY_BYTES];
        key[31] = (byte) last;
        return PeerId.ofEd25519(key);
    }

    private CompletableFuture<String> race(int addresses) {
        List<Multiaddr> targets = IntStream.rangeClosed(1, addresses)
                .mapToObj(port -> Multiaddr.parse("/ip4/192.0.2.1/tcp/" + port))
                .toList();
        DialRace<String> race = new DialRace<>(
                clock.eventLoop(),
                () -> Connection.nanoTime(clock.eventLoop()),
                address -> attempts.computeIfAbsent(
                        Integer.toString(address.port().orElseThrow()), port -> new CompletableFuture<>()),
                closed::add,
                targets,
                Duration.ofSeconds(15));
        CompletableFuture<String> winner = race.start();
        clock.runPendingTasks();
        return winner;
    }

    private CompletableFuture<String> attempt(String port) {
        CompletableFuture<String> attempt = attempts.get(port);
        if (attempt == null) {
            throw new AssertionError("port " + port + " is not dialed");
        }
        return attempt;
    }

    private void advance(long millis) {
        clock.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        clock.runScheduledPendingTasks();
    }

    private static PeerUnreachableException gone() {
        return new PeerUnreachableException("nobody there");
    }

    @Test
    void race_firstAnswers_nobodyElseIsDialed() {
        CompletableFuture<String> winner = race(3);
        attempt("1").complete("one");
        clock.runPendingTasks();
        advance(1_000);
        assertThat(winner).isCompletedWithValue("one");
        assertThat(attempts).containsOnlyKeys("1");
    }

    @Test
    void race_firstIsSlow_nextAfter250MillisAndNotBefore() {
        CompletableFuture<String> winner = race(3);
        advance(249);
        assertThat(attempts).containsOnlyKeys("1");
        advance(1);
        assertThat(attempts).containsOnlyKeys("1", "2");
        attempt("2").complete("two");
        clock.runPendingTasks();
        assertThat(winner).isCompletedWithValue("two");
        assertThat(attempt("1")).isCancelled();
        advance(1_000);
        assertThat(attempts).containsOnlyKeys("1", "2");
    }

    @Test
    void race_firstFails_nextAtOnce() {
        CompletableFuture<String> winner = race(2);
        attempt("1").completeExceptionally(gone());
        clock.runPendingTasks();
        attempt("2").complete("two");
        clock.runPendingTasks();
        assertThat(winner).isCompletedWithValue("two");
    }

    @Test
    void race_allFail_failsAsTheLast() {
        CompletableFuture<String> winner = race(2);
        advance(250);
        attempt("2").completeExceptionally(new PeerUnreachableException("second"));
        clock.runPendingTasks();
        assertThat(winner).isNotDone();
        attempt("1").completeExceptionally(new PeerUnreachableException("first, late"));
        clock.runPendingTasks();
        assertThatThrownBy(winner::join)
                .hasCauseInstanceOf(PeerUnreachableException.class)
                .hasMessageContaining("late");
    }

    @Test
    void race_denied_endsAtOnce() {
        CompletableFuture<String> winner = race(3);
        advance(250);
        attempt("1").completeExceptionally(new AccessDeniedException("denied before"));
        clock.runPendingTasks();
        assertThatThrownBy(winner::join).hasCauseInstanceOf(AccessDeniedException.class);
        assertThat(attempt("2")).isCancelled();
        advance(1_000);
        assertThat(attempts).containsOnlyKeys("1", "2");
    }

    @Test
    void targets_mixed_onlyWhatCanBeDialedOfTheFirstNode() {
        DialTargets targets = DialTargets.of(
                List.of(
                        new NodeAddress("no address"),
                        new NodeAddress("/ip4/192.0.2.1/udp/4001/quic-v1"),
                        new NodeAddress("/ip4/192.0.2.1/tcp/0"),
                        new NodeAddress("/ip4/192.0.2.1/tcp/4001/p2p/" + SELF),
                        new NodeAddress("/ip4/192.0.2.2/tcp/4001/p2p/" + OTHER),
                        new NodeAddress("/ip4/192.0.2.3/tcp/4001/p2p/" + THIRD),
                        new NodeAddress("/dns4/example.org/tcp/4001")),
                SELF,
                Multiaddr::isTcp);

        assertThat(targets.peer()).isEqualTo(Optional.of(OTHER));
        assertThat(targets.addresses())
                .extracting(Multiaddr::toString)
                .containsExactly("/ip4/192.0.2.2/tcp/4001/p2p/" + OTHER, "/dns4/example.org/tcp/4001");
    }

    @Test
    void targets_none_invalid() {
        assertThatThrownBy(() -> DialTargets.of(List.of(), SELF, Multiaddr::isTcp))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> DialTargets.of(
                        List.of(new NodeAddress("/ip4/192.0.2.1/tcp/4001/p2p/" + SELF)), SELF, Multiaddr::isTcp))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("this node itself");
    }

    @Test
    void targets_moreThanTheBound_firstOnesTried() {
        List<NodeAddress> seventeen = IntStream.rangeClosed(1, 17)
                .mapToObj(port -> new NodeAddress("/ip4/192.0.2.1/tcp/" + port))
                .toList();
        assertThat(DialTargets.of(seventeen, SELF, Multiaddr::isTcp).addresses())
                .hasSize(16);
        assertThat(DialTargets.of(seventeen.subList(0, 16), SELF, Multiaddr::isTcp)
                        .addresses())
                .hasSize(16);
    }
}
