// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.MultiaddrProtocol;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The way to a node through one relay, {@code <relay address>/p2p/<relay>/p2p-circuit/p2p/<target>}.
 *
 * @param relay where the relay is, its name at the end
 * @param relayId the relay
 * @param target whom to reach
 */
record CircuitRoute(Multiaddr relay, PeerId relayId, PeerId target) {
    /** What stands behind the relay's address: {@code p2p-circuit} and the target. */
    private static final int TAIL = 2;

    /** Reads an address; empty when it is another kind of way, such as one through two relays, or names not both nodes. */
    static Optional<CircuitRoute> of(Multiaddr address) {
        List<Multiaddr.Component> steps = address.components();
        int circuit = steps.size() - TAIL;
        Optional<PeerId> target = address.peerId();
        if (circuit < 1 || target.isEmpty() || steps.get(circuit).protocol() != MultiaddrProtocol.P2P_CIRCUIT) {
            return Optional.empty();
        }
        String before = steps.subList(0, circuit).stream()
                .map(Multiaddr.Component::toString)
                .collect(Collectors.joining());
        Multiaddr relay = Multiaddr.parse(before);
        return relay.isRelayed()
                ? Optional.empty()
                : relay.peerId().map(relayId -> new CircuitRoute(relay, relayId, target.get()));
    }
}
