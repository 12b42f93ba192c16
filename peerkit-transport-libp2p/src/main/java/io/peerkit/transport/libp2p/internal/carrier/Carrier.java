// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.carrier;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One way to get connections: TCP, say. Its channels are {@linkplain CarrierHost#register registered} with the host, which
 * closes them. Safe for use by any thread.
 */
public interface Carrier {
    /**
     * Whether an address can be dialed in this way.
     *
     * @param address any address
     * @return false also for one that is only good for listening, such as port 0
     */
    boolean dials(Multiaddr address);

    /**
     * Dials an address that this carrier {@link #dials}; ends the attempt in one way or the other.
     *
     * @param attempt what to do; when it ends before, whatever was opened for it is closed
     */
    void dial(DialAttempt attempt);

    /**
     * Dials an address that this carrier {@link #dials}, from a port at which it listens, while the peer does the same: both
     * routers then take the other's packets for answers. Ends the attempt in one way or the other.
     *
     * @param attempt what to do; it names the peer
     * @param initiator whether this side begins the handshake; the other side does when not, whatever the sockets say
     */
    default void punch(DialAttempt attempt, boolean initiator) {
        attempt.fail(
                new PeerUnreachableException("address " + attempt.address() + " cannot be dialed from both sides"));
    }

    /**
     * A peer is about to dial this node from an address that this carrier {@link #dials}, and this side is to begin the handshake,
     * whichever socket the connection comes about on.
     *
     * @param from where the peer is, seen from the internet
     * @param peer who is there
     */
    default void expect(Multiaddr from, PeerId peer) {}

    /**
     * Dials an address that this carrier {@link #dials} only to see whether somebody answers there: from a port at which this
     * node does not listen, since a packet from that one would open the way for others, and without asking for access. Ends
     * the attempt in one way or the other.
     *
     * @param attempt what to do; it names the peer
     */
    default void probe(DialAttempt attempt) {
        attempt.fail(
                new PeerUnreachableException("address " + attempt.address() + " cannot be tried from another port"));
    }

    /**
     * Whether an address can be listened at in this way.
     *
     * @param address any address
     * @return false also for one that is only good for dialing, such as a host name
     */
    boolean listens(Multiaddr address);

    /**
     * Listens at an address at which this carrier {@link #listens}.
     *
     * @param address where
     * @return a future that completes when connections can come, or failed with
     *     {@link io.peerkit.api.PeerUnreachableException}
     */
    CompletableFuture<Void> listen(Multiaddr address);

    /**
     * Where others can reach this node in this way now.
     *
     * @return addresses without the node's name, best first
     */
    List<Multiaddr> addresses();
}
