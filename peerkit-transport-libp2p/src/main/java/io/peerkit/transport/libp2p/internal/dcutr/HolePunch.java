// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dcutr;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PublicAddresses;
import java.time.Duration;
import java.util.List;

/**
 * How the side that was dialed through a relay gets a direct connection, without IO and clock.
 *
 * <pre>{@code
 *   the dialed side                               the dialing side
 *     | dials its public addresses plainly -----------> |   when it has told some
 *     | CONNECT, own addresses -----------------------> |
 *     | <----------------------- CONNECT, own addresses |   took one round trip
 *     | SYNC -----------------------------------------> |
 *     | waits half a round trip                         | dials at once, begins the handshake
 *     | dials, waits for the handshake                  |
 * }</pre>
 *
 * Three attempts, each with messages of its own on a stream of its own.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/relay/DCUtR.md">libp2p DCUtR, r1</a>
 */
final class HolePunch {
    /** How often both sides dial. */
    static final int MAX_ATTEMPTS = 3;

    /** The most addresses that are dialed at a time. */
    static final int MAX_DIALED = 8;

    /** However long the relay takes, no longer is waited after SYNC. */
    static final Duration MAX_WAIT = Duration.ofSeconds(3);

    /** How much longer than before is waited after SYNC in each further attempt: the peer may be slow. */
    static final Duration LATER = Duration.ofMillis(500);

    /** How long is waited before the next attempt, so that the sockets of the peer's last one are gone. */
    static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);

    /** What is to be done. */
    sealed interface Action {
        /** Dial as if there were no relay; then {@link #plainlyFailed} or {@link #direct}. */
        record DialPlainly(List<Multiaddr> addresses) implements Action {}

        /** Wait, open a stream and send CONNECT; then {@link #answered} or {@link #failed}. */
        record Exchange(Duration delay) implements Action {}

        /** Send SYNC, wait, dial from the port that is listened at; then {@link #failed} or {@link #direct}. */
        record SyncAndPunch(Duration delay, List<Multiaddr> addresses) implements Action {}

        /** Nothing more: the connection stays relayed. */
        record GiveUp(String why) implements Action {}

        /** Nothing more: there is a direct connection. */
        record Succeed() implements Action {}
    }

    private enum State {
        NEW,
        PLAIN,
        EXCHANGING,
        PUNCHING,
        OVER
    }

    private State state = State.NEW;
    private int attempts;

    /**
     * The peer has said who it is.
     *
     * @param theirs the addresses that it listens at
     * @param ours where it could dial this node
     */
    List<Action> start(List<Multiaddr> theirs, List<Multiaddr> ours) {
        if (state != State.NEW) {
            return List.of();
        }
        List<Multiaddr> plain = dialable(theirs);
        if (!plain.isEmpty()) {
            state = State.PLAIN;
            return List.of(new Action.DialPlainly(plain));
        }
        return exchange(ours);
    }

    /** None of the plain dials succeeded. */
    List<Action> plainlyFailed(List<Multiaddr> ours) {
        return state == State.PLAIN ? exchange(ours) : List.of();
    }

    private List<Action> exchange(List<Multiaddr> ours) {
        if (dialable(ours).isEmpty()) {
            return giveUp("nobody has told this node an address of its own on the internet");
        }
        if (attempts == MAX_ATTEMPTS) {
            return giveUp("no attempt of " + MAX_ATTEMPTS + " succeeded");
        }
        attempts++;
        state = State.EXCHANGING;
        return List.of(new Action.Exchange(attempts == 1 ? Duration.ZERO : BETWEEN_ATTEMPTS));
    }

    /** The peer has answered CONNECT. */
    List<Action> answered(DcutrMessage answer, Duration roundTrip) {
        if (state != State.EXCHANGING) {
            return List.of();
        }
        if (answer.type() != DcutrMessage.Type.CONNECT) {
            return giveUp("peer answered CONNECT with " + answer.type());
        }
        List<Multiaddr> theirs = dialable(answer.addresses());
        if (theirs.isEmpty()) {
            return giveUp("peer knows no address of its own on the internet");
        }
        Duration wait = roundTrip.dividedBy(2).plus(LATER.multipliedBy(attempts - 1L));
        state = State.PUNCHING;
        return List.of(new Action.SyncAndPunch(wait.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : wait, theirs));
    }

    /** An attempt failed, in the exchange or in the dials. */
    List<Action> failed(List<Multiaddr> ours) {
        return state == State.EXCHANGING || state == State.PUNCHING ? exchange(ours) : List.of();
    }

    /** The peer does not speak the protocol, or the relayed connection is gone. */
    List<Action> impossible(String why) {
        return state == State.OVER ? List.of() : giveUp(why);
    }

    /** There is a direct connection, however it came about. */
    List<Action> direct() {
        if (state == State.OVER) {
            return List.of();
        }
        state = State.OVER;
        return List.of(new Action.Succeed());
    }

    private List<Action> giveUp(String why) {
        state = State.OVER;
        return List.of(new Action.GiveUp(why));
    }

    /** The addresses worth dialing: public, not relayed, of a port. What a peer says makes this node dial nothing else. */
    static List<Multiaddr> dialable(List<Multiaddr> addresses) {
        return addresses.stream()
                .filter(address -> !address.isRelayed() && PublicAddresses.isPublic(address))
                .filter(address -> address.port().orElse(0) != 0)
                .distinct()
                .limit(MAX_DIALED)
                .toList();
    }
}
