// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportListener;
import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A peer that has the network's key and means harm: it opens streams of every protocol and writes garbage, answers with
 * garbage or with changed copies of what it was sent, falls silent, resets, and sends garbage as messages and cards.
 *
 * <p>Seeded by its loop. Belongs to the loop's thread.
 */
final class HostilePeer implements TransportListener {
    private static final List<ProtocolId> PROTOCOLS = List.of(
            new ProtocolId("/peerkit/push/2.0.0"),
            new ProtocolId("/peerkit/sync/2.0.0"),
            new ProtocolId("/peerkit/blob/2.0.0"),
            new ProtocolId("/peerkit/locate/2.0.0"),
            new ProtocolId("/peerkit/holders/2.0.0"));

    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final int MAX_GARBAGE_BYTES = 4_096;
    private static final int MAX_KEPT = 32;

    private final NodeLoop loop;
    private final List<NodeAddress> victims;
    private final int burst;
    private final List<byte[]> kept = new ArrayList<>();
    private Optional<Transport> transport = Optional.empty();
    private long attacks;

    /**
     * @param loop drives it
     * @param victims whom it stays connected to
     * @param burst how many deeds at a time
     */
    HostilePeer(NodeLoop loop, List<NodeAddress> victims, int burst) {
        this.loop = loop;
        this.victims = List.copyOf(victims);
        this.burst = burst;
    }

    /** Begins, on a transport that was started with this as its listener. */
    void start(Transport started) {
        transport = Optional.of(started);
        PROTOCOLS.forEach(protocol -> started.handleStreams(protocol, stream -> answer(stream, 0)));
        loop.execute(this::attack);
    }

    /** How often it did something. */
    long attacks() {
        return attacks;
    }

    private void attack() {
        for (int i = 0; i < burst; i++) {
            transport.ifPresent(this::attackOver);
        }
        loop.schedule(PAUSE, this::attack);
    }

    private void attackOver(Transport open) {
        attacks++;
        ignore(open.connect(List.of(victims.get(loop.random().nextInt(victims.size())))));
        List<NodeId> connected = List.copyOf(open.connectedNodes());
        if (connected.isEmpty()) {
            return;
        }
        NodeId victim = connected.get(loop.random().nextInt(connected.size()));
        switch (loop.random().nextInt(5)) {
            case 0 -> ignore(open.send(victim, garbage()));
            case 1 -> ignore(open.sendAgents(victim, garbage()));
            default -> {
                ProtocolId protocol = PROTOCOLS.get(loop.random().nextInt(PROTOCOLS.size()));
                ignore(open.openStream(victim, protocol).thenAccept(stream -> answer(stream, 0)));
            }
        }
    }

    private void answer(PeerStream stream, int rounds) {
        attacks++;
        switch (loop.random().nextInt(6)) {
            case 0 -> stream.reset();
            case 1 -> ignore(stream.closeWrite());
            case 2 -> readOn(stream, rounds);
            default -> {
                ignore(stream.write(garbage()));
                readOn(stream, rounds);
            }
        }
    }

    private void readOn(PeerStream stream, int rounds) {
        ignore(stream.read().thenAccept(bytes -> {
            bytes.ifPresent(this::keep);
            if (bytes.isPresent() && rounds < MAX_KEPT) {
                answer(stream, rounds + 1);
            } else {
                stream.reset();
            }
        }));
    }

    private void keep(byte[] bytes) {
        if (kept.size() == MAX_KEPT) {
            kept.remove(0);
        }
        kept.add(bytes);
    }

    private byte[] garbage() {
        byte[] bytes;
        if (kept.isEmpty() || loop.random().nextInt(3) == 0) {
            bytes = new byte[1 + loop.random().nextInt(MAX_GARBAGE_BYTES)];
            loop.random().nextBytes(bytes);
        } else {
            bytes = kept.get(loop.random().nextInt(kept.size())).clone();
            for (int flips = loop.random().nextInt(4); flips > 0; flips--) {
                bytes[loop.random().nextInt(bytes.length)] ^=
                        (byte) (1 << loop.random().nextInt(8));
            }
        }
        return bytes.length > Transport.MAX_MESSAGE_BYTES ? new byte[] {0} : bytes;
    }

    /** Whether an attack is refused is up to the victim. */
    private static void ignore(CompletableFuture<?> outcome) {
        CompletableFuture<?> unused = outcome.exceptionally(refused -> null);
    }

    @Override
    public void peerGranted(NodeId node, AccessGrant grant) {}

    @Override
    public void peerGone(NodeId node) {}

    @Override
    public void peerDenied(NodeId node, Optional<AgentId> agentId, String reason) {}

    @Override
    public void addressesChanged(List<NodeAddress> addresses) {}

    @Override
    public void agentsReceived(NodeId node, byte[] message) {
        keep(message);
    }

    @Override
    public void messageReceived(NodeId node, byte[] message) {
        keep(message);
    }
}
