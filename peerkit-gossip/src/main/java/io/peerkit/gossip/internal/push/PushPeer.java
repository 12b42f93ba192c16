// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.SyncProgress;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.gossip.internal.connect.Backoff;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.integrate.EntrySource;
import io.peerkit.gossip.internal.integrate.Receipt;
import io.peerkit.gossip.internal.peer.Allowance;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.stream.FrameChannel;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two push streams between this node and a peer: each side writes on the one it opened. Belongs to the node loop.
 */
final class PushPeer implements EntrySource {
    /** A stream with more wrong entries than this is reset. */
    private static final int MAX_REFUSED = 1_024;

    /**
     * A peer that refuses the protocol is infrastructure, or has not finished to start. It is asked once more, then never
     * again on this connection.
     */
    private static final int MAX_REFUSALS = 2;

    private static final Duration REFUSED_WAIT = Duration.ofSeconds(5);
    /** Ids that a peer may ask for at once and a second for long; it needs each only once. More are dropped and counted. */
    private static final int WANTS_AT_ONCE = 65_536;

    private static final int WANTS_PER_SECOND = 4_096;

    /** Entries that may come twice at once and a second for long; one that sends more after being pruned is cut off. */
    private static final int DUPLICATES_AT_ONCE = 16_384;

    private static final int DUPLICATES_PER_SECOND = 256;

    private static final int SERVE_ENTRIES = 512;
    private static final int SERVE_BYTES = 262_144;
    private static final Logger LOG = LoggerFactory.getLogger(PushPeer.class);

    private final Pusher pusher;
    private final Peer peer;
    private final PushQueue queue = new PushQueue();
    private Optional<FrameChannel> out = Optional.empty();
    private Optional<FrameChannel> in = Optional.empty();
    private boolean closed;
    private int failures;
    private int refusals;
    private int refusedEntries;
    private RunCursor arriving = new RunCursor(List.of());
    private int arrivingBytes;
    private long pending;
    private long stored;
    private final Allowance wants = new Allowance(WANTS_AT_ONCE, WANTS_PER_SECOND);
    private final PeerThrift thrift = new PeerThrift();
    private final Allowance duplicates = new Allowance(DUPLICATES_AT_ONCE, DUPLICATES_PER_SECOND);

    PushPeer(Pusher pusher, Peer peer) {
        this.pusher = pusher;
        this.peer = peer;
    }

    Peer peer() {
        return peer;
    }

    void open() {
        if (closed) {
            return;
        }
        LoopHop.then(
                pusher.parts().loop(),
                pusher.parts().transport().openStream(peer.node(), Pusher.PROTOCOL),
                this::opened,
                this::openFailed);
    }

    private void opened(PeerStream stream) {
        if (closed) {
            stream.reset();
            return;
        }
        FrameChannel channel =
                new FrameChannel(stream, pusher.parts().loop(), PushFrameCodec.MAX_FRAME_BYTES, new Outgoing());
        out = Optional.of(channel);
        refusals = 0;
        // Nothing comes this way; reading tells when the peer closes the stream.
        channel.read();
        flush();
    }

    private void openFailed(Throwable reason) {
        if (closed) {
            return;
        }
        if (reason instanceof ProtocolRefusedException) {
            refusals++;
            if (refusals < MAX_REFUSALS) {
                pusher.parts().loop().schedule(REFUSED_WAIT, this::open);
            } else {
                queue.streamLost();
                queue.takeDirty();
            }
        } else {
            LOG.debug("no push stream to peer {}", peer.agent(), reason);
            reopen();
        }
    }

    private void reopen() {
        failures++;
        pusher.parts()
                .loop()
                .schedule(Backoff.after(failures, pusher.parts().loop().random()), this::open);
    }

    private void lost(Throwable reason) {
        out = Optional.empty();
        if (!closed) {
            LOG.debug("lost the push stream to peer {}: {}", peer.agent(), reason.getMessage());
            queue.streamLost();
            queue.takeDirty();
            pusher.dirty(peer.node());
            reopen();
        }
    }

    private boolean isMute() {
        return refusals >= MAX_REFUSALS;
    }

    /** Whether the peer speaks the protocol, as far as is known. */
    boolean isOpen() {
        return !isMute();
    }

    PushQueue queue() {
        return queue;
    }

    void entry(PushAction.Push push, WireEntry entry) {
        if (isMute()) {
            return;
        }
        if (thrift.takes(
                entry.bytes(),
                pusher.parts().capacities().apply(peer.agent()),
                pusher.parts().loop().now().toEpochMilli())) {
            queue.entry(push.key(), entry, push.route(), push.hops(), unsentBytes());
        } else {
            queue.announce(push.key(), push.route(), push.hops(), true);
        }
    }

    void announce(PushAction.Announce announce) {
        if (!isMute()) {
            queue.announce(announce.key(), announce.route(), announce.hops(), announce.soon());
        }
    }

    boolean ask(EntryId id, long route) {
        return !isMute() && queue.ask(id, route);
    }

    /**
     * How far the streams are.
     *
     * @param announced by the peer, and missing
     * @param asked of the peer
     */
    SyncProgress.Counts progress(long announced, long asked) {
        return new SyncProgress.Counts(announced + pending, asked + pending, stored, queue.waiting());
    }

    private long unsentBytes() {
        return out.map(FrameChannel::unsentBytes).orElse(0L);
    }

    /** Sends what waits as far as the stream has room. */
    void flush() {
        if (queue.takeDirty()) {
            pusher.dirty(peer.node());
        }
        if (out.isEmpty()) {
            return;
        }
        FrameChannel channel = out.get();
        for (Optional<PushFrame> frame = queue.next(channel.unsentBytes());
                frame.isPresent();
                frame = queue.next(channel.unsentBytes())) {
            channel.send(PushFrameCodec.encode(frame.get()));
        }
        serve(channel);
    }

    private void serve(FrameChannel channel) {
        List<EntryId> ids = queue.fetch(SERVE_ENTRIES, channel.unsentBytes());
        if (!ids.isEmpty()) {
            LoopHop.then(
                    pusher.parts().loop(),
                    pusher.parts().storage().entries(ids, SERVE_BYTES),
                    found -> served(ids, found),
                    reason -> {
                        LOG.debug("could not read entries that peer {} asked for", peer.agent(), reason);
                        queue.fetched(List.of(), List.of());
                    });
        }
    }

    private void served(List<EntryId> ids, List<StoredEntry> found) {
        List<WireEntry> entries = new ArrayList<>(found.size());
        long bytes = 0;
        for (StoredEntry entry : found) {
            bytes += entry.envelope().length;
            if (entry.blob().isPresent()) {
                bytes += entry.blob().get().length;
                entries.add(new WireEntry(entry.envelope(), entry.blob().get()));
            }
        }
        boolean more = !found.isEmpty() && bytes > SERVE_BYTES;
        int read = more ? ids.indexOf(found.get(found.size() - 1).id()) + 1 : ids.size();
        queue.fetched(entries, ids.subList(read, ids.size()));
        flush();
    }

    void accept(PeerStream stream) {
        // The peer knows best which of its streams it writes to: the newest.
        in.ifPresent(FrameChannel::reset);
        refusedEntries = 0;
        Incoming handler = new Incoming();
        FrameChannel channel = new FrameChannel(stream, pusher.parts().loop(), PushFrameCodec.MAX_FRAME_BYTES, handler);
        in = Optional.of(channel);
        channel.read();
        if (isMute()) {
            // It speaks the protocol after all.
            refusals = 0;
            open();
        }
    }

    void resume() {
        in.ifPresent(FrameChannel::read);
    }

    void close() {
        closed = true;
        out.ifPresent(FrameChannel::reset);
        in.ifPresent(FrameChannel::reset);
        out = Optional.empty();
        in = Optional.empty();
    }

    private void take(PushFrame.Entries frame) {
        arriving = new RunCursor(frame.runs());
        for (WireEntry entry : frame.entries()) {
            arriving.next();
            arrivingBytes = entry.bytes();
            pusher.figures().payloadBytes += arrivingBytes;
            if (pusher.parts().integrator().receive(this, entry) == Receipt.REFUSED && ++refusedEntries > MAX_REFUSED) {
                throw new InvalidBytesException(
                        "push stream with " + refusedEntries + " wrong entries, at most " + MAX_REFUSED);
            }
        }
        flush();
    }

    @Override
    public void taken(EntryKey key) {
        pending++;
        held(key);
    }

    @Override
    public void held(EntryKey key) {
        queue.known(key.id());
        pusher.machine().arrived(node(), key.id(), arriving.hops());
    }

    @Override
    public void known(EntryId id) {
        queue.known(id);
        pusher.figures().duplicateBytes += arrivingBytes;
        pusher.perform(pusher.machine().duplicate(node(), id, arriving.route()));
        if (!duplicates.take(pusher.parts().loop().now().toEpochMilli())) {
            throw new InvalidBytesException("push stream with more than " + DUPLICATES_AT_ONCE + " entries at once, or "
                    + DUPLICATES_PER_SECOND + " a second, that were here");
        }
    }

    private void wanted(PushFrame.Want want) {
        if (wants.take(
                want.ids().length / EntryKeys.ID_BYTES,
                pusher.parts().loop().now().toEpochMilli())) {
            queue.wanted(want.ids());
        } else {
            pusher.figures().overBudget += want.ids().length / EntryKeys.ID_BYTES;
        }
        want.grafts().forEach(route -> pusher.machine().grafted(node(), route));
        flush();
    }

    @Override
    public AgentId agent() {
        return peer.agent();
    }

    @Override
    public NodeId node() {
        return peer.node();
    }

    @Override
    public void stored(EntryKey key) {
        pending--;
        stored++;
    }

    @Override
    public void dropped(EntryKey key) {
        pending--;
        pusher.dirty(peer.node());
    }

    @Override
    public void storageFailed(EntryKey key, Throwable reason) {
        pending--;
        // No sync session at once: a store that fails gets a rest until the next round.
    }

    private final class Outgoing implements FrameChannel.Handler {
        @Override
        public void frame(byte[] payload) {
            throw new InvalidBytesException(
                    "frame of " + payload.length + " bytes against the direction of a push stream");
        }

        @Override
        public void framesHandled() {}

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public void sent() {
            failures = 0;
            flush();
        }

        @Override
        public void ended() {
            out.ifPresent(FrameChannel::reset);
            failed(new InvalidBytesException("peer closed the push stream"));
        }

        @Override
        public void failed(Throwable reason) {
            lost(reason);
        }
    }

    private final class Incoming implements FrameChannel.Handler {
        @Override
        public void frame(byte[] payload) {
            PushFrame frame = PushFrameCodec.decode(payload);
            if (frame instanceof PushFrame.Entries entries) {
                take(entries);
            } else if (frame instanceof PushFrame.Announce announce) {
                pusher.announced(PushPeer.this, announce);
            } else if (frame instanceof PushFrame.Want want) {
                wanted(want);
            } else if (frame instanceof PushFrame.Prune prune) {
                prune.routes().forEach(route -> pusher.machine().pruned(node(), route));
            }
        }

        @Override
        public void framesHandled() {
            pusher.parts().integrator().flush();
        }

        @Override
        public boolean isFull() {
            return pusher.parts().integrator().isFull();
        }

        @Override
        public void sent() {}

        @Override
        public void ended() {
            in.ifPresent(FrameChannel::finish);
            in = Optional.empty();
        }

        @Override
        public void failed(Throwable reason) {
            in = Optional.empty();
            pusher.parts().integrator().flush();
            if (reason instanceof InvalidBytesException) {
                pusher.warnings().warn(peer.agent(), "gave up a push stream", reason);
                pusher.parts().integrator().misbehaved(peer.agent());
            }
        }
    }
}
