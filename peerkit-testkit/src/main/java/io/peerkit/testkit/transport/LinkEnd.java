// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.transport.AccessNegotiation;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One end of a connection. Belongs to the network's loop. */
final class LinkEnd {
    /** How long an access handshake may take. */
    static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    /** How long a message waits for its receipt. */
    static final Duration MESSAGE_TIMEOUT = Duration.ofSeconds(10);

    /** The most streams that one end opens on a connection, and the most it accepts. */
    static final int MAX_STREAMS = 1_024;

    /** The most messages that wait for their receipt. */
    static final int MAX_PENDING_MESSAGES = 1_024;

    /** What stands around each frame: the figures of traffic count it. */
    private static final int FRAME_OVERHEAD_BYTES = 12;

    private static final byte[] EMPTY = {};

    private enum State {
        HANDSHAKE,
        GRANTED,
        CLOSED
    }

    private final MemoryNetwork network;
    private final MemoryTransport owner;
    private final LinkEnd other;
    private final Optional<CompletableFuture<NodeId>> dialed;
    private final Pipe handshake = new Pipe();
    private final Map<Integer, MemoryStream> streams = new LinkedHashMap<>();
    private final Map<Integer, CompletableFuture<PeerStream>> opening = new LinkedHashMap<>();
    private final Map<Integer, CompletableFuture<Void>> messages = new LinkedHashMap<>();
    private State state = State.HANDSHAKE;
    private boolean severed;
    private long latestArrival = Long.MIN_VALUE;
    private int nextId;
    private @Nullable AccessNegotiation negotiation;
    private NodeLoop.Timer timeout = () -> {};

    /** Makes both ends of a connection. */
    LinkEnd(
            MemoryNetwork network,
            MemoryTransport from,
            MemoryTransport to,
            Optional<CompletableFuture<NodeId>> dialed) {
        this.network = network;
        this.owner = from;
        this.dialed = dialed;
        this.other = new LinkEnd(network, to, this);
        this.nextId = 1;
        owner.add(this);
    }

    private LinkEnd(MemoryNetwork network, MemoryTransport owner, LinkEnd other) {
        this.network = network;
        this.owner = owner;
        this.dialed = Optional.empty();
        this.other = other;
        this.nextId = 2;
        owner.add(this);
    }

    LinkEnd other() {
        return other;
    }

    NodeId peer() {
        return other.owner.nodeId();
    }

    boolean isGranted() {
        return state == State.GRANTED;
    }

    // The access handshake.

    /** The listening end hears of the connection. */
    void accepted() {
        if (owner.hasDenied(peer())) {
            close(new AccessDeniedException("node " + peer() + " was denied before"));
        } else {
            negotiate(owner.access().listening(owner.nodeId(), peer()));
        }
    }

    /** The dialing end hears that somebody took the call. */
    void answered(Optional<NodeId> expected) {
        if (state == State.CLOSED) {
            return;
        }
        if (expected.isPresent() && !expected.get().equals(peer())) {
            close(new PeerUnreachableException("node " + peer() + " answered instead of " + expected.get()));
        } else if (owner.hasDenied(peer())) {
            close(new AccessDeniedException("node " + peer() + " was denied before"));
        } else if (owner.isConnected(peer())) {
            dialed.ifPresent(result -> result.complete(peer()));
            close(new PeerUnreachableException("connected already"));
        } else {
            negotiate(owner.access().dialing(owner.nodeId(), peer()));
        }
    }

    private void negotiate(AccessNegotiation next) {
        negotiation = next;
        timeout = network.after(
                HANDSHAKE_TIMEOUT.toNanos(),
                () -> close(new PeerUnreachableException("access handshake took over " + HANDSHAKE_TIMEOUT)));
        apply(next.start());
    }

    private void handshakeFrame(byte[] frame) {
        AccessNegotiation current = negotiation;
        if (state != State.HANDSHAKE || current == null || frame.length > AccessNegotiation.MAX_FRAME_BYTES) {
            close(new PeerUnreachableException("node " + peer() + " sent a handshake frame of " + frame.length
                    + " bytes out of place or over " + AccessNegotiation.MAX_FRAME_BYTES));
        } else {
            apply(current.received(frame));
        }
    }

    private void apply(AccessNegotiation.Step step) {
        if (step instanceof AccessNegotiation.Continue next) {
            next.frame().ifPresent(this::sendHandshake);
        } else if (step instanceof AccessNegotiation.Granted granted) {
            granted.frame().ifPresent(this::sendHandshake);
            timeout.cancel();
            state = State.GRANTED;
            owner.granted(this, granted.grant());
            dialed.ifPresent(result -> result.complete(peer()));
        } else if (step instanceof AccessNegotiation.Denied denied) {
            denied.frame().ifPresent(this::sendHandshake);
            owner.denied(peer(), denied);
            close(new AccessDeniedException("access denied with " + peer() + ": " + denied.reason(), denied.lasting()));
        }
    }

    private void sendHandshake(byte[] frame) {
        carry(handshake, "handshake", frame.clone(), () -> other.handshakeFrame(frame.clone()));
    }

    // Messages.

    void send(boolean agents, byte[] message, CompletableFuture<Void> taken) {
        if (messages.size() >= MAX_PENDING_MESSAGES) {
            taken.completeExceptionally(
                    new LimitExceededException(MAX_PENDING_MESSAGES + " messages wait for " + peer() + " already"));
            return;
        }
        int id = nextId();
        messages.put(id, taken);
        Faults faults = network.faults();
        boolean lost = Faults.happens(faults.messageLoss(), network.loop().random());
        boolean receiptLost = lost && network.loop().random().nextBoolean();
        if (lost) {
            PeerkitException loss = new PeerUnreachableException("message to " + peer() + " was lost");
            network.after(MESSAGE_TIMEOUT.toNanos(), () -> settle(id, loss));
        }
        if (lost && !receiptLost) {
            return;
        }
        Runnable receipt = receiptLost ? () -> {} : () -> settle(id, null);
        int copies = Faults.happens(faults.duplicate(), network.loop().random()) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            carry(
                    new Pipe(),
                    agents ? "agents" : "message",
                    message,
                    () -> other.messageArrived(agents, message.clone(), receipt, () -> messageRefused(id)));
        }
    }

    private void messageArrived(boolean agents, byte[] message, Runnable receipt, Runnable refusal) {
        if (state != State.GRANTED) {
            close(new PeerUnreachableException("node " + peer() + " sent a message before access was granted"));
        } else if (owner.takes(agents)) {
            owner.received(agents, peer(), message);
            carry(new Pipe(), "receipt", EMPTY, receipt);
        } else {
            carry(new Pipe(), "refusal", EMPTY, refusal);
        }
    }

    private void messageRefused(int id) {
        settle(id, new ProtocolRefusedException("node " + peer() + " takes no application messages"));
    }

    private void settle(int id, @Nullable PeerkitException failure) {
        CompletableFuture<Void> taken = messages.remove(id);
        if (taken == null) {
            return;
        }
        if (failure == null) {
            taken.complete(null);
        } else {
            taken.completeExceptionally(failure);
        }
    }

    // Streams.

    void open(ProtocolId protocol, CompletableFuture<PeerStream> opened) {
        if (opening.size() + streams.size() >= MAX_STREAMS) {
            opened.completeExceptionally(
                    new LimitExceededException("streams to " + peer() + ": at most " + MAX_STREAMS));
            return;
        }
        int id = nextId();
        MemoryStream stream = new MemoryStream(this, id, protocol);
        opening.put(id, opened);
        streams.put(id, stream);
        carry(stream.pipe(), "open", EMPTY, () -> other.openArrived(id, protocol));
    }

    private void openArrived(int id, ProtocolId protocol) {
        if (state != State.GRANTED) {
            close(new PeerUnreachableException("node " + peer() + " opened a stream before access was granted"));
            return;
        }
        Optional<Consumer<PeerStream>> handler = owner.handler(protocol);
        if (handler.isEmpty() || streams.size() >= 2 * MAX_STREAMS) {
            carry(new Pipe(), "refuse", EMPTY, () -> other.openRefused(id, protocol));
            return;
        }
        MemoryStream stream = new MemoryStream(this, id, protocol);
        streams.put(id, stream);
        carry(stream.pipe(), "accept", EMPTY, () -> other.openAccepted(id));
        handler.get().accept(stream);
    }

    private void openRefused(int id, ProtocolId protocol) {
        CompletableFuture<PeerStream> opened = opening.remove(id);
        streams.remove(id);
        if (opened != null) {
            opened.completeExceptionally(
                    new ProtocolRefusedException("node " + peer() + " does not speak " + protocol));
        }
    }

    private void openAccepted(int id) {
        CompletableFuture<PeerStream> opened = opening.remove(id);
        MemoryStream stream = streams.get(id);
        if (opened != null && stream != null) {
            opened.complete(stream);
        }
    }

    void forget(MemoryStream stream) {
        streams.remove(stream.id());
    }

    /** The stream's other half, if it still lives when something for it arrives. */
    void atOtherHalf(MemoryStream stream, String kind, byte[] body, Pipe pipe, Consumer<MemoryStream> arrival) {
        carry(pipe, kind, body, () -> {
            MemoryStream half = other.streams.get(stream.id());
            if (half != null) {
                arrival.accept(half);
            }
        });
    }

    NodeLoop loop() {
        return network.loop();
    }

    // The wire.

    private int nextId() {
        int id = nextId;
        nextId += 2;
        return id;
    }

    private void carry(Pipe pipe, String kind, byte[] body, Runnable arrival) {
        if (state == State.CLOSED) {
            return;
        }
        owner.sent(body.length + FRAME_OVERHEAD_BYTES);
        network.carries(body.length + FRAME_OVERHEAD_BYTES);
        if (state == State.GRANTED
                && Faults.happens(network.faults().breakage(), network.loop().random())) {
            sever();
        }
        // Nothing overtakes the handshake: on a real connection it is all that there is until then.
        long now = network.nanos();
        long earliest = Math.max(pipe.latestArrival, handshake.latestArrival);
        long way = network.links()
                .delayNanos(
                        owner.port(),
                        other.owner.port(),
                        body.length + FRAME_OVERHEAD_BYTES,
                        now,
                        network.loop().random());
        if (way == LinkModel.BROKEN) {
            sever();
            return;
        }
        long at =
                Math.max(now + way + network.faults().delayNanos(network.loop().random()), earliest);
        pipe.latestArrival = at;
        latestArrival = Math.max(latestArrival, at);
        pipe.onTheWay.add(() -> {
            network.tap().arrived(owner.nodeId(), peer(), kind, body);
            other.owner.received(body.length + FRAME_OVERHEAD_BYTES);
            arrival.run();
        });
        network.after(at - now, () -> {
            Runnable first = pipe.onTheWay.poll();
            if (first != null && other.state != State.CLOSED && !severed) {
                first.run();
            }
        });
    }

    /** The wire is cut: what is under way is lost, and both ends notice a little later. */
    void sever() {
        if (severed) {
            return;
        }
        severed = true;
        other.severed = true;
        network.after(0, () -> closed(new PeerUnreachableException("connection to " + peer() + " broke")));
        network.after(
                network.faults().delayNanos(network.loop().random()),
                () -> other.closed(new PeerUnreachableException("connection to " + other.peer() + " broke")));
    }

    /** Closes this end now, and the other when it has what was sent before. */
    void close(PeerkitException cause) {
        if (state == State.CLOSED) {
            return;
        }
        long now = network.nanos();
        long at = Math.max(now + network.faults().delayNanos(network.loop().random()), latestArrival);
        network.after(
                at - now,
                () -> other.closed(new PeerUnreachableException("node " + owner.nodeId() + " closed the connection")));
        closed(cause);
    }

    private void closed(PeerkitException cause) {
        if (state == State.CLOSED) {
            return;
        }
        boolean wasGranted = state == State.GRANTED;
        state = State.CLOSED;
        timeout.cancel();
        dialed.ifPresent(result -> result.completeExceptionally(cause));
        new ArrayList<>(streams.values()).forEach(stream -> stream.broken(cause));
        streams.clear();
        new ArrayList<>(opening.values()).forEach(opened -> opened.completeExceptionally(cause));
        opening.clear();
        new ArrayList<>(messages.values()).forEach(taken -> taken.completeExceptionally(cause));
        messages.clear();
        owner.closed(this, wasGranted);
    }
}
