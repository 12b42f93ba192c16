// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dial;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeAddress;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The addresses of one node that can be dialed.
 *
 * @param addresses 1 to {@value #MAX_ADDRESSES}, best first
 * @param peer the node, when an address names it
 */
public record DialTargets(List<Multiaddr> addresses, Optional<PeerId> peer) {
    /** The most addresses that are tried. */
    public static final int MAX_ADDRESSES = 16;

    /**
     * Picks what can be dialed. Addresses of another node than the first that names one are left out.
     *
     * @param given what the caller gave
     * @param self this node, which is not dialed
     * @param dials whether an address is of a kind that can be dialed
     * @return the targets
     * @throws InvalidBytesException when none is left; the message is about the last that was no good
     */
    public static DialTargets of(List<NodeAddress> given, PeerId self, Predicate<Multiaddr> dials) {
        List<Multiaddr> usable = new ArrayList<>();
        InvalidBytesException problem = new InvalidBytesException("addresses to connect to are 0, at least 1");
        for (NodeAddress address : given) {
            try {
                usable.add(dialable(address, self, dials));
            } catch (InvalidBytesException e) {
                problem = e;
            }
        }
        if (usable.isEmpty()) {
            throw problem;
        }
        Optional<PeerId> peer =
                usable.stream().flatMap(address -> address.peerId().stream()).findFirst();
        List<Multiaddr> ofPeer = usable.stream()
                .filter(address ->
                        address.peerId().isEmpty() || address.peerId().equals(peer))
                .distinct()
                .sorted(Comparator.comparing(Multiaddr::isRelayed)) // those that are come last
                .limit(MAX_ADDRESSES)
                .toList();
        return new DialTargets(ofPeer, peer);
    }

    private static Multiaddr dialable(NodeAddress text, PeerId self, Predicate<Multiaddr> dials) {
        Multiaddr address = Multiaddr.parse(text.value());
        if (address.port().orElse(1) == 0) {
            throw new InvalidBytesException("address " + text + " has port 0, must be 1 to 65535");
        }
        if (!dials.test(address)) {
            throw new InvalidBytesException("address " + text + " is of no kind that can be dialed here"
                    + (address.isQuic() ? ", which takes peerkit-transport-libp2p-quic and its native code" : ""));
        }
        if (address.peerId().equals(Optional.of(self))) {
            throw new InvalidBytesException("address " + text + " is that of this node itself");
        }
        return address;
    }

    /**
     * What two calls have in common that can share a dial.
     *
     * @return the node's name, or the addresses when none names it
     */
    public String key() {
        return peer.map(PeerId::toString).orElseGet(addresses::toString);
    }
}
