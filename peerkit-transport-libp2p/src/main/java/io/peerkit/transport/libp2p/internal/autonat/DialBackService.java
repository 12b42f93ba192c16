// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.multiformats.PublicAddresses;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Decides what is dialed for whom: the first address that can be dialed and leads either to the internet or to the very IP
 * address from which the peer asks. For another IP address than that one the peer must send data first, more than the dial
 * costs.
 *
 * <p>A state machine without clock, randomness or sockets; not safe for use by many threads.
 */
final class DialBackService {
    /** In which the limits count. */
    static final Duration WINDOW = Duration.ofMinutes(1);

    /** The most requests of one peer in a minute. */
    static final int MAX_OF_PEER = 3;

    /** The most requests of all peers in a minute. */
    static final int MAX_OF_ALL = 30;

    private final Predicate<Multiaddr> dials;
    private final Deque<Served> served = new ArrayDeque<>();
    private final Set<PeerId> busy = new HashSet<>();

    private record Served(PeerId peer, Instant when) {}

    /** What to do next. */
    sealed interface Action {
        /** Tell the peer. */
        record Send(AutonatMessage message) implements Action {}

        /** Dial, and tell the nonce to whoever answers. */
        record DialBack(Multiaddr address, long nonce) implements Action {}

        /** Everything is said. */
        record End(boolean refused) implements Action {}
    }

    /**
     * Starts with nobody served.
     *
     * @param dials whether an address is of a kind that can be dialed from a port of its own
     */
    DialBackService(Predicate<Multiaddr> dials) {
        this.dials = dials;
    }

    /**
     * A peer has opened a stream.
     *
     * @param observed the IP address from which it is connected
     */
    Turn begin(PeerId peer, InetAddress observed) {
        return new Turn(peer, observed);
    }

    private boolean admits(PeerId peer, Instant now) {
        served.removeIf(each -> !each.when().plus(WINDOW).isAfter(now));
        long ofPeer = served.stream().filter(each -> each.peer().equals(peer)).count();
        if (busy.contains(peer) || ofPeer >= MAX_OF_PEER || served.size() >= MAX_OF_ALL) {
            return false;
        }
        served.add(new Served(peer, now));
        return busy.add(peer);
    }

    private boolean mayDial(Multiaddr address, PeerId peer, InetAddress observed) {
        Optional<InetAddress> ip = address.ip();
        return !address.isRelayed()
                && ip.isPresent() // a name could lead anywhere by the time it is dialed
                && (PublicAddresses.isPublic(ip.get()) || ip.get().equals(observed))
                && address.port().orElse(0) != 0
                && address.peerId().orElse(peer).equals(peer)
                && dials.test(address);
    }

    /** One request. */
    final class Turn {
        private final PeerId peer;
        private final InetAddress observed;
        private Optional<Multiaddr> chosen = Optional.empty();
        private int index;
        private long nonce;
        private int missing;
        private boolean isDialing;
        private boolean isCounted;

        private Turn(PeerId peer, InetAddress observed) {
            this.peer = peer;
            this.observed = observed;
        }

        /**
         * The peer has sent a message.
         *
         * @param random at least 0 and less than 1
         * @throws InvalidBytesException when it is out of order
         */
        List<Action> received(AutonatMessage message, double random, Instant now) {
            if (message instanceof AutonatMessage.DialRequest request && chosen.isEmpty()) {
                return asked(request, random, now);
            }
            if (message instanceof AutonatMessage.DialDataResponse data && missing > 0) {
                if (data.count() == 0) {
                    throw new InvalidBytesException("autonat data response is empty");
                }
                missing -= Math.min(missing, data.count());
                return missing == 0 ? dial() : List.of();
            }
            throw new InvalidBytesException(
                    "autonat message out of order: " + message.getClass().getSimpleName());
        }

        private List<Action> asked(AutonatMessage.DialRequest request, double random, Instant now) {
            if (!admits(peer, now)) {
                return refuse(ResponseStatus.REJECTED);
            }
            isCounted = true;
            nonce = request.nonce();
            List<Optional<Multiaddr>> addresses = request.addresses();
            for (index = 0; index < addresses.size() && chosen.isEmpty(); index++) {
                chosen = addresses.get(index).filter(address -> mayDial(address, peer, observed));
            }
            if (chosen.isEmpty()) {
                return refuse(ResponseStatus.DIAL_REFUSED);
            }
            index--;
            if (chosen.flatMap(Multiaddr::ip).equals(Optional.of(observed))) {
                return dial();
            }
            int span = AutonatMessage.MAX_DATA_BYTES - AutonatMessage.MIN_DATA_BYTES + 1;
            missing = AutonatMessage.MIN_DATA_BYTES + (int) (random * span);
            return List.of(new Action.Send(new AutonatMessage.DialDataRequest(index, missing)));
        }

        private List<Action> dial() {
            isDialing = true;
            return List.of(new Action.DialBack(chosen.orElseThrow(), nonce));
        }

        private List<Action> refuse(ResponseStatus why) {
            over();
            return List.of(new Action.Send(AutonatMessage.DialResponse.refused(why)), new Action.End(true));
        }

        /** The dial has ended in some way. */
        List<Action> dialed(DialStatus result) {
            if (!isDialing) {
                return List.of(); // the peer has not waited
            }
            over();
            return List.of(
                    new Action.Send(new AutonatMessage.DialResponse(ResponseStatus.OK, index, result)),
                    new Action.End(false));
        }

        /** The stream has ended: the peer may ask again, within the limits. */
        void over() {
            isDialing = false;
            missing = 0;
            if (isCounted) {
                isCounted = false;
                busy.remove(peer);
            }
        }
    }
}
